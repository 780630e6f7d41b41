import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { parse } from "yaml";
import { pipelines } from "../pipeline-fixture";
import { planPipeline, stepListsOf } from "../plan";

// What docs/how-to/set-up-azure.md#use-a-cluster-for-qa says, done to a copy.
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "mlops-cluster-"));
  cpSync(pipelines, path.join(folder, "pipelines"), { recursive: true });
  cpSync(path.join(pipelines, "..", "environments.yml"), path.join(folder, "environments.yml"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const file = (name: string): string => path.join(folder, "pipelines", name);
function change(name: string, from: RegExp, to: string): void {
  const text = readFileSync(file(name), "utf8");
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  writeFileSync(file(name), changed);
}

/** Jobs of Azure Pipelines that update a stack of qa without `kubelogin`. */
function withoutKubelogin(): string[] {
  const plans = [
    planPipeline(file("build.yml")),
    planPipeline(file("release.yml"), { modelVersion: "diabetes:1" }),
  ];
  return plans.flatMap(stepListsOf).flatMap(({ where, steps }) => {
    const text = JSON.stringify(steps);
    return /infra:up|mlops -- deploy/.test(text) && !text.includes("KubeloginInstaller") ? [where] : [];
  });
}

/** The same of GitHub, whose action installs it where it is told so. */
function withoutClusterInput(): string[] {
  return ["build", "release"].flatMap((name) => {
    const { jobs } = parse(readFileSync(file(`github/${name}.yml`), "utf8")) as {
      jobs: Record<string, { steps: { run?: string; with?: { cluster?: string } }[] }>;
    };
    return Object.entries(jobs).flatMap(([job, { steps }]) => {
      const isUpdating = steps.some(({ run = "" }) => /infra:up|mlops -- deploy/.test(run));
      return isUpdating && !steps.some((step) => step.with?.cluster === "true") ? [`${name} ${job}`] : [];
    });
  });
}

test("what updates a QA on Container Instances installs no kubelogin", () => {
  expect(withoutKubelogin()).toEqual([expect.stringContaining("Publish"), expect.stringContaining("Test")]);
  expect(withoutClusterInput()).toEqual(["build publish", "release test"]);
});

test("the lines that the page names are all that a QA on a cluster needs", () => {
  change("build.yml", /templates\/setup-azure\.yml/, "templates/setup-cluster.yml");
  change("templates/test-job.yml", /^( +)verb: deploy .*$/m, "$&\n$1setup: setup-cluster.yml");
  const subscription = /subscription: \$\{\{ vars\.AZURE_SUBSCRIPTION_ID \}\}/;
  for (const [name, job] of [
    ["build", "  publish:"],
    ["release", "  test:"],
  ] as const) {
    const text = readFileSync(file(`github/${name}.yml`), "utf8");
    const at = text.indexOf(job);
    const changed = text.slice(at).replace(subscription, '$&\n          cluster: "true"');
    writeFileSync(file(`github/${name}.yml`), text.slice(0, at) + changed);
  }
  expect(withoutKubelogin()).toEqual([]);
  expect(withoutClusterInput()).toEqual([]);
});
