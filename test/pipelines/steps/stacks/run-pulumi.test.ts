import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { runPulumi } from "../../../../pipelines/steps/stacks/run-pulumi";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

/** Runs a `pulumi` that fails so many times with an error; returns how it ended, and how often it was run. */
async function run(verb: string, { error, times }: { readonly error: string; readonly times: number }) {
  await mkdir(folder("bin"), { recursive: true });
  const script = [
    "#!/bin/sh",
    `echo "$1" >> "${folder("runs")}"`,
    `if [ "$(wc -l < "${folder("runs")}")" -le ${times} ]; then echo 'error: ${error}'; exit 255; fi`,
    "",
  ];
  await writeFile(folder("bin", "pulumi"), script.join("\n"));
  await chmod(folder("bin", "pulumi"), 0o755);
  const env = { ...process.env, PATH: `${folder("bin")}${path.delimiter}${process.env.PATH ?? ""}` };
  const lines: string[] = [];
  const print = Object.assign((line: string) => void lines.push(line), { command: () => undefined });
  // What Pulumi writes is shown as it comes.
  let shown = "";
  const write = jest.spyOn(process.stdout, "write").mockImplementation((text) => {
    shown += String(text);
    return true;
  });
  let failure: unknown;
  try {
    await runPulumi([verb, "--yes"], { env, print }, 1);
  } catch (thrown) {
    failure = thrown;
  } finally {
    write.mockRestore();
  }
  const runs = (await readFile(folder("runs"), "utf8")).trim().split("\n").length;
  return { runs, lines, shown, failure };
}

const missing = 'Code="CustomKubeletIdentityMissingPermissionError"';

test("an update that fails for want of a role is repeated once, and says so", async () => {
  const { runs, lines, shown, failure } = await run("up", { error: missing, times: 1 });
  expect([failure, runs]).toEqual([undefined, 2]);
  expect(lines).toEqual([
    expect.stringMatching(/CustomKubeletIdentityMissingPermissionError.*repeated once/),
  ]);
  expect(shown).toContain(`error: ${missing}`);
});

test("it fails when the role is still missing", async () => {
  const { runs, failure } = await run("up", { error: missing, times: 9 });
  expect(runs).toBe(2);
  expect(failure).toMatchObject({
    code: "DEPLOYMENT_FAILED",
    message: expect.stringMatching(/^`pulumi up --yes` ended with exit code 255/),
  });
});

test.each([
  ["up", "QuotaExceeded"],
  ["destroy", missing],
])("%s that fails with %s is not repeated", async (verb, error) => {
  const { runs, lines, failure } = await run(verb, { error, times: 9 });
  expect([runs, lines]).toEqual([1, []]);
  expect(failure).toMatchObject({ code: "DEPLOYMENT_FAILED" });
});
