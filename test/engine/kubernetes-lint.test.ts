import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { manifests, releases, yamlOf } from "./kubernetes-manifests";

/** kube-score, the program. */
const linter = process.env.ENGINE_KUBE_LINTER ?? "";
const describeLinter = existsSync(linter) ? describe : describe.skip;
const reason = existsSync(linter) ? "" : " (ENGINE_KUBE_LINTER names no kube-score)";

const leftOut = parse(readFileSync(path.join(__dirname, "kube-score.yaml"), "utf8")) as Record<
  string,
  string
>;

/** What kube-score has against the manifests, a line for each; empty when it has nothing. */
function findings(yaml: string): Promise<string[]> {
  const options = ["score", "-", "--output-format", "ci", "--kubernetes-version", "v1.34"];
  const ignored = Object.keys(leftOut).flatMap((check) => ["--ignore-test", check]);
  return new Promise((resolve, reject) => {
    const child = execFile(linter, [...options, ...ignored], (error, stdout, stderr) => {
      const lines = stdout.split("\n").filter(Boolean);
      if (lines.length === 0) reject(new Error(`kube-score said nothing: ${stderr}`, { cause: error }));
      else resolve(lines.filter((line) => !/^\[(OK|SKIPPED)\]/.test(line)));
    });
    child.stdin?.end(yaml);
  });
}

describeLinter(`kube-score${reason}`, () => {
  // Before the first version there is no pod for it to judge.
  const serving = Object.entries(releases).filter(([name]) => name !== "none");

  test.each(serving)("finds nothing in the objects: %s", async (_name, release) => {
    expect(await findings(yamlOf(await manifests("mlops-lint", release)))).toEqual([]);
    expect(await findings(yamlOf(await manifests("mlops-lint", release, "score.example.com")))).toEqual([]);
  });

  test("would find a container without limits", async () => {
    const objects = await manifests("mlops-lint", releases.stable);
    const deployment = objects.find(({ kind }) => kind === "Deployment");
    delete deployment?.spec.template.spec.containers[0].resources;
    expect((await findings(yamlOf(objects))).join("\n")).toMatch(/\[CRITICAL\].*CPU limit is not set/);
  });
});
