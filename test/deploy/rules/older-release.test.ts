import { requireNewer } from "../../../deploy/rules/older-release";
import { digestOf } from "../../../platform/base/files";

const stable = (version: number) => ({
  environment: "prod",
  stable: { model: `cost:${version}`, package: "/nowhere", digest: digestOf(String(version)) },
});

test.each([
  ["nothing serves", 1, { environment: "prod" }, false, false],
  ["the version before serves", 3, stable(2), false, false],
  ["the same version serves, packaged otherwise", 3, stable(3), false, false],
  ["a newer one serves", 2, stable(3), false, true],
  ["a newer one serves, of more digits", 9, stable(10), false, true],
  ["a newer one serves, which is meant to go", 2, stable(3), true, false],
])("where %s", (_, version, serving, mayBeOlder, isRefused) => {
  const release = (): void => requireNewer({ model: `cost:${version}` }, serving, mayBeOlder);
  if (!isRefused) expect(release).not.toThrow();
  else
    expect(release).toThrow(
      `cost:${version} is older than ${"stable" in serving ? serving.stable.model : ""}, which prod serves.`,
    );
});

test("the refusal says what to do instead, and how to insist", () => {
  expect(() => requireNewer({ model: "cost:1" }, stable(2))).toThrow(
    /mlops rollback.*--older --reason <why>/,
  );
});
