import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { spawnSync } from "node:child_process";
import path from "node:path";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";

const root = path.join(__dirname, "..", "..", "..", "..");

/** The step as a process, with a `pulumi` that keeps its arguments. */
describe("updating an environment and what serves in it", () => {
  const folder = useTemporaryFolder();

  async function givePulumi(lines: readonly string[]): Promise<void> {
    await mkdir(folder("bin"), { recursive: true });
    // Without a key that is wanted, no vault is asked.
    const keys = `{"vault":"https://v.vault.azure.net/","generations":{}}`;
    const output = `if [ "$2" = output ]; then echo '${keys}'; exit 0; fi`;
    const script = ["#!/bin/sh", `echo "$@" >> "${folder("arguments")}"`, output, ...lines, ""];
    await writeFile(folder("bin", "pulumi"), script.join("\n"));
    await chmod(folder("bin", "pulumi"), 0o755);
  }

  function update(...words: string[]): { status: number | null; stderr: string } {
    const program = path.join(root, "pipelines", "steps", "stacks", "update-stacks.ts");
    return spawnSync(process.execPath, ["--require", "tsx/cjs", program, ...words], {
      cwd: root,
      encoding: "utf8",
      env: {
        ...process.env,
        NODE_OPTIONS: "",
        PATH: `${folder("bin")}${path.delimiter}${process.env.PATH ?? ""}`,
      },
    });
  }

  const called = async (): Promise<string[]> => {
    const lines = (await readFile(folder("arguments"), "utf8")).trim().split("\n");
    // The first asks for the stack of what serves.
    return lines.slice(1).map((line) => line.replace(root, "<root>"));
  };
  const none = `if [ "$1" = stack ]; then echo "error: no stack named 'qa' found" >&2; exit 255; fi`;

  test("is of the environment alone before its first release", async () => {
    await givePulumi([none]);
    expect(update("up", "--stack", "qa", "-c", "mlops:owner=team")).toMatchObject({ status: 0 });
    expect(await called()).toEqual([
      "up --yes --stack qa --cwd . --policy-pack <root>/infra/policy --suppress-outputs -c mlops:owner=team",
      "stack output scoringKeys --json --stack qa --cwd . --non-interactive",
    ]);
  });

  test("goes from the environment to what serves, which takes its settings from there", async () => {
    await givePulumi([]);
    expect(update("up", "--stack", "qa", "--refresh")).toMatchObject({ status: 0 });
    expect(await called()).toEqual([
      "up --yes --stack qa --cwd . --policy-pack <root>/infra/policy --suppress-outputs --refresh",
      "stack output scoringKeys --json --stack qa --cwd . --non-interactive",
      "up --yes --stack qa --cwd infra/serving --policy-pack <root>/infra/policy --suppress-outputs",
    ]);
  });

  test("removes what serves before what it stands on", async () => {
    await givePulumi([]);
    expect(update("destroy", "--stack", "qa")).toMatchObject({ status: 0 });
    expect(await called()).toEqual([
      "destroy --preview-only --stack qa --cwd .",
      "destroy --yes --stack qa --cwd infra/serving",
      "destroy --yes --stack qa --cwd .",
    ]);
  });

  test("leaves what serves where the environment is protected", async () => {
    await givePulumi([`if [ "$2" = --preview-only ]; then echo "error: it is protected" >&2; exit 1; fi`]);
    const { status, stderr } = update("destroy", "--stack", "prod");
    expect([status, await called()]).toEqual([1, ["destroy --preview-only --stack prod --cwd ."]]);
    expect(stderr).toMatch(/it is protected/);
  });

  test("ends at the first that fails", async () => {
    await givePulumi([`if [ "$1" = up ]; then exit 1; fi`]);
    const { status, stderr } = update("up", "--stack", "qa");
    expect([status, (await called()).length]).toEqual([1, 1]);
    expect(stderr).toMatch(/DEPLOYMENT_FAILED: `pulumi up --yes --stack qa` ended with exit code 1/);
  });

  test("does not take a backend that does not answer for one in which nothing serves", async () => {
    await givePulumi([`echo "error: PULUMI_ACCESS_TOKEN must be set" >&2; exit 255`]);
    const { status, stderr } = update("destroy", "--stack", "qa");
    expect([status, await called()]).toEqual([1, []]);
    expect(stderr).toMatch(/cannot tell whether qa has a serving stack: PULUMI_ACCESS_TOKEN must be set\./);
  });

  test.each([[["up"]], [["up", "--stack"]], [["up", "--stack", "../x"]], [["down", "--stack", "qa"]]])(
    "is refused as %j",
    async (words) => {
      await givePulumi([]);
      const { status, stderr } = update(...words);
      expect(status).toBe(2);
      expect(stderr).toMatch(/USAGE: .*npm run infra:up -- --stack <name>/);
    },
  );
});
