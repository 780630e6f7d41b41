import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import type { Ended } from "./mlops";
import { Workplace, repository } from "./mlops";

const good = readFileSync(path.join(repository, "models/diabetes/data.csv"), "utf8");
const lines = good.trimEnd().split("\n");
const header = lines[0] ?? "";

const place = new Workplace();
afterAll(() => place.remove());

/** A refusal: one message with code, thing and remedy, no stack trace, and nothing left of it. */
async function expectRefusal(ended: Ended, code: number, ...texts: (string | RegExp)[]): Promise<void> {
  for (const text of texts) expect(ended.stderr).toMatch(text);
  expect(ended.stdout + ended.stderr).not.toMatch(/\n\s+at |This is a bug/);
  expect(ended.stderr.match(/^[A-Z_]+: /gm)).toHaveLength(1);
  expect(ended.code).toBe(code);
  expect(await place.processes()).toEqual([]);
  expect(await place.halfWritten()).toEqual([]);
}

function dataFile(name: string, content: string | Buffer): string {
  const file = path.join(place.home, name);
  writeFileSync(file, content);
  return file;
}

describe("data that cannot be used", () => {
  const withText = lines.map((line, index) => (index === 5 ? line.replace(/^[^,]+/, "old") : line));
  const wide = Array.from({ length: 200 }, (_, index) => `x${index}`).join(",");
  const cases: [what: string, content: string | Buffer, code: string, says: RegExp][] = [
    ["empty", "", "DATA_UNREADABLE", /is empty\. .*name one/],
    ["header-only", `${header}\n`, "DATA_INVALID", /has a header and no rows\. .*add some/],
    [
      "latin1",
      Buffer.concat([Buffer.from(`${header}\n`), Buffer.from([0xe9]), Buffer.from("\n")]),
      "DATA_UNREADABLE",
      /is not UTF-8: byte 0xe9 .*Save the file in UTF-8/,
    ],
    [
      "text-in-number",
      withText.join("\n"),
      "DATA_INVALID",
      /"age" holds something other than a number[^]*5 \(old\)/,
    ],
    [
      "other-200-columns",
      `${wide}\n${wide.replaceAll("x", "")}\n`,
      "DATA_INVALID",
      /"age" is missing[^]*200 columns/,
    ],
  ];

  test.each(cases)("%s: the run ends at the check and trains nothing", async (what, content, code, says) => {
    const file = dataFile(`${what}.csv`, content);
    const ended = await place.run(["lifecycle", "--yes", "--data", file]);
    await expectRefusal(ended, 1, says, new RegExp(`^${code}: `, "m"), `${what}.csv`);
    expect(ended.stdout).toMatch(/^✖ check /m);
    expect(ended.stdout).not.toContain("split");
  });

  test.each([
    ["a file that is not there", "missing.csv", /There is no file .*missing\.csv\. Check the path/],
    ["a folder", "empty", /is a folder without CSV and Parquet files\. .*name one/],
  ])("%s", async (_, name, says) => {
    mkdirSync(path.join(place.home, "empty"), { recursive: true });
    const ended = await place.run(["data", "check", "--data", path.join(place.home, name)]);
    await expectRefusal(ended, 1, says);
  });

  test("200 columns more than the definition names are ignored, with a warning", async () => {
    const more = Array.from({ length: 200 }, (_, index) => `x${index}`);
    const file = dataFile(
      "wide.csv",
      lines.map((line, row) => [line, ...more.map((name) => (row === 0 ? name : "1"))].join(",")).join("\n"),
    );
    const ended = await place.run(["data", "check", "--data", file]);
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/211 columns[^]*200 columns that the definition/);
  });
});

describe("a command that is not written as it should be", () => {
  test.each<[string, string[], NodeJS.ProcessEnv, ...RegExp[]]>([
    [
      "an unknown model",
      ["lifecycle", "--model", "titanik"],
      {},
      /no model "titanik".*Did you mean "titanic"/,
    ],
    ["an unknown flag", ["train", "--modle", "x"], {}, /'--modle'\. Did you mean --model\? Add --help/],
    ["an unknown verb", ["lifecicle"], {}, /no command "lifecicle"\. Did you mean "lifecycle"\?/],
    ["help of an unknown verb", ["help", "lifecicle"], {}, /Did you mean "lifecycle"\?/],
    ["an unknown step", ["lifecycle", "--until", "trian"], {}, /'trian' is invalid.*check, split, train/],
    ["a port that is none", ["serve", "--port", "abc"], {}, /'abc' is invalid.*from 1 to 65535/],
    ["a flag without its value", ["lifecycle", "--model"], {}, /'--model <name>' argument missing/],
    ["too many arguments", ["lifecycle", "titanic"], {}, /[Tt]oo many arguments/],
    ["no verb", [], {}, /A command is missing/],
    ["a version that is none", ["promote", "diabetes"], {}, /"diabetes" is not a model version.*diabetes:3/],
    ["an unknown variable", ["status"], { MLOPS_HOEM: "x" }, /MLOPS_HOEM is not a setting.*MLOPS_HOME/],
    [
      "a value that is not allowed, and an unknown variable: both are told",
      ["status"],
      { MLOPS_EVALUATION: "maybe", MLOPS_HOEM: "x" },
      /MLOPS_EVALUATION is "maybe". Expected "on" or "off"/,
      /MLOPS_HOEM/,
    ],
    [
      "a folder of models that is not there",
      ["status"],
      { MLOPS_MODELS: "/no/where" },
      /\/no\/where is not a folder/,
    ],
    [
      "a flag that npm took",
      ["lifecycle"],
      { npm_lifecycle_event: "start", npm_config_model: "titanic" },
      /npm took --model.*npm start -- --model/,
    ],
  ])("%s is refused with exit code 2", async (_, args, env, ...says) => {
    const ended = await place.run(args, env);
    await expectRefusal(ended, 2, ...says);
    expect(ended.stdout).toBe("");
  });
});

describe("a disk that does not take it", () => {
  const lifecycle = ["lifecycle", "--yes"];
  const isRoot = process.getuid?.() === 0;

  test.each([
    ["below a file", "/dev/null/x", /"\/dev\/null\/x", but \/dev\/null is a file\. .*MLOPS_HOME/],
    ["a file", path.join(repository, "package.json"), /is a file\. .*MLOPS_HOME/],
    ["in /proc", "/proc/mlops", /Set MLOPS_HOME to/],
    ["a path that is too long", `/tmp/${"long/".repeat(1000)}`, /too long.*MLOPS_HOME/],
  ])("the workspace is %s", async (_, home, says) => {
    await expectRefusal(await place.run(lifecycle, { MLOPS_HOME: home }), 1, says);
  });

  /** Runs the lifecycle in a shell after a command that limits it. */
  function runLimited(before: string, home: string): Ended {
    const command = [process.execPath, "--require", require.resolve("tsx/cjs"), "cli/main.ts", ...lifecycle];
    const ended = spawnSync(
      "sh",
      ["-c", `${before} && exec ${command.map((each) => `'${each}'`).join(" ")}`],
      {
        cwd: repository,
        env: { ...process.env, MLOPS_HOME: home },
        encoding: "utf8",
      },
    );
    return { code: ended.status, stdout: ended.stdout, stderr: ended.stderr };
  }

  test("no file may be as large as it has to be", async () => {
    const ended = runLimited("ulimit -f 8", place.path());
    await expectRefusal(ended, 1, /ulimit -f/);
    expect(ended.stdout).toMatch(/^✖ (check|split|train) .*larger than this process may write/m);
    const [run] = (await place.json<{ runs: RunRecord[] }>(["status"])).runs;
    expect(run).toMatchObject({
      outcome: "failed",
      explanation: expect.stringContaining("ulimit -f") as string,
    });
  });

  // Only root may mount a file system; this one is seen by the command alone, in a namespace of its own. For everybody
  // else the limit above stands in for a full disk, and a path below a file for a read-only one.
  const mounts = isRoot && spawnSync("unshare", ["-m", "true"]).status === 0;
  (mounts ? test : test.skip).each([
    ["full", "size=40k", /Cannot write \S+\/\S+\. The disk is full\. Free some space/],
    ["read-only", "ro", /read-only\. .*MLOPS_HOME/],
  ])("the disk is %s", async (what, options, says) => {
    const folder = path.join(place.home, what);
    mkdirSync(folder);
    const mount = `mount -t tmpfs -o ${options} tmpfs ${folder}`;
    const script = `unshare -m sh -c '${mount} && MLOPS_HOME=${folder}/w exec ${process.execPath} --require ${require.resolve("tsx/cjs")} cli/main.ts lifecycle --yes'`;
    const { status, stdout, stderr } = spawnSync("sh", ["-c", script], { cwd: repository, encoding: "utf8" });
    await expectRefusal({ code: status, stdout, stderr }, 1, says);
  });
});

describe("a port that is taken", () => {
  const server = createServer();
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test("is found before anything is done", async () => {
    await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const { port } = server.address() as AddressInfo;
    const ended = await place.run(["lifecycle", "--yes", "--keep-serving", "--port", String(port)]);
    await expectRefusal(ended, 1, new RegExp(`^BUSY: Port ${port} .*is taken\\. Choose another`, "m"));
    expect(ended.stdout).toBe("");
  });
});
