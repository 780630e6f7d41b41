import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fillPlaceholders, runCommand } from "../../../training/program/run-command";

let folder = "";
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "run-"))));
afterEach(() => rmSync(folder, { recursive: true }));

const log = (): string => path.join(folder, "trainer.log");

async function run(script: string, changes: Partial<Parameters<typeof runCommand>[0]> = {}): Promise<void> {
  await runCommand({
    run: [process.execPath, "-e", script],
    directory: folder,
    timeoutMs: 60_000,
    log: log(),
    subject: 'The trainer\'s program "it"',
    remedies: { failed: "Correct it.", tooLong: "Give it longer.", notFound: "Install it." },
    ...changes,
  });
}

test("a command that was aborted before is not started", async () => {
  const aborted = { run: ["no-such-program"], signal: AbortSignal.abort() };
  await expect(run("", aborted)).rejects.toMatchObject({ code: "INTERRUPTED" });
});

test("placeholders are replaced anywhere in an argument, and no shell reads the rest", () => {
  const folders = { data: "/a b/data", output: "/out" };
  const words = ["Rscript", "fit.R", "--data={data}/train.parquet", "{output}", "$(reboot); {x}"];
  expect(fillPlaceholders(words, folders)).toEqual([
    "Rscript",
    "fit.R",
    "--data=/a b/data/train.parquet",
    "/out",
    "$(reboot); {x}",
  ]);
});

test("all output is kept beside the run, whether it ends well or not, and the message says where", async () => {
  await run("for (let i = 0; i < 200; i++) console.log('line ' + i)");
  expect(readFileSync(log(), "utf8").trimEnd().split("\n")).toHaveLength(200);
  const failing = run("for (let i = 0; i < 50; i++) console.log('more ' + i); process.exitCode = 7");
  await expect(failing).rejects.toThrow(
    `The trainer's program "it" ended with exit code 7. Exit code 0 is expected. Correct it. All of its output is in ${log()}. Its last output:\nmore 30\n`,
  );
  expect(readFileSync(log(), "utf8").trimEnd().split("\n")).toHaveLength(250);
});

test.each([
  [
    "SIGKILL",
    "was ended by the signal SIGKILL, as the system does when memory runs out. Exit code 0 is expected.",
  ],
  ["SIGSEGV", "was ended by the signal SIGSEGV. Exit code 0 is expected."],
])("a program that dies by %s is told from one that fails", async (signal, message) => {
  await expect(run(`process.kill(process.pid, "${signal}")`)).rejects.toThrow(message);
});

test("secrets of the environment are in no line that is kept or shown", async () => {
  process.env.TEST_API_TOKEN = "a-token-of-this-test";
  process.env.MLOPS_TEST_ONLY = "ours";
  try {
    const lines: string[] = [];
    const script =
      "console.log(process.env.TEST_API_TOKEN, process.env.MLOPS_TEST_ONLY); process.exitCode = 1";
    await expect(run(script, { onOutput: (line) => lines.push(line) })).rejects.toThrow(
      /:\n\*\*\* undefined$/,
    );
    expect(lines).toEqual(["*** undefined"]);
    expect(readFileSync(log(), "utf8")).toBe("*** undefined\n");
  } finally {
    delete process.env.TEST_API_TOKEN;
    delete process.env.MLOPS_TEST_ONLY;
  }
});

test("a program that prints a hundred megabytes in one line is read in bounded pieces", async () => {
  let longest = 0;
  const script = "const part = 'x'.repeat(1e6); for (let i = 0; i < 100; i++) process.stdout.write(part)";
  await run(script, { onOutput: (line) => (longest = Math.max(longest, line.length)) });
  expect(longest).toBeLessThanOrEqual(8192);
  const kept = readFileSync(log());
  expect(kept.length).toBeLessThan(33 * 1024 * 1024);
  expect(kept.subarray(-80).toString()).toMatch(
    /\[\d+ more bytes were printed and are not kept: the log ends here\]\n$/,
  );
});
