import { readText } from "./sources";

interface Rule {
  readonly matchPackageNames?: readonly string[];
  readonly matchDatasources?: readonly string[];
  readonly matchFileNames?: readonly string[];
}

test("each package that has a rule for its updates is one of ours", () => {
  const { packageRules } = JSON.parse(readText("renovate.json") ?? "") as { packageRules: readonly Rule[] };
  const { dependencies, devDependencies } = JSON.parse(readText("package.json") ?? "") as Record<
    "dependencies" | "devDependencies",
    Record<string, string>
  >;
  const ours = Object.keys({ ...dependencies, ...devDependencies });
  // Rules of images and of files are about no package of npm.
  const ruled = packageRules
    .filter(
      ({ matchDatasources, matchFileNames }) =>
        matchDatasources === undefined && matchFileNames === undefined,
    )
    .flatMap(({ matchPackageNames = [] }) => matchPackageNames.map((name) => name.replace(/^!/, "")));
  const isOurs = (name: string): boolean =>
    name.endsWith("/**") ? ours.some((each) => each.startsWith(name.slice(0, -2))) : ours.includes(name);
  expect(ruled.filter((name) => !isOurs(name))).toEqual([]);
  expect(ruled.length).toBeGreaterThan(5);
});
