import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { buildCli, runCli } from "../../cli/commands/program";
import { CommandScope } from "../../cli/commands/command-scope";
import type { Serving } from "../../cli/commands/serve-command";
import type { MonitorResult } from "../../cli/watching/monitor";
import type { RunRecord } from "../../cli/runs/runs";
import type { ScoreFileResult } from "../../cli/watching/score-file";
import type { Deployment, DeploymentStatus } from "../../platform/release/deployment";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import type { DataReport } from "../../platform/data/findings";
import type { GoldenRows } from "../../platform/model/model-directory";
import type { DriftReport } from "../../platform/drift/drift";
import type { ModelVersion } from "../../platform/registry/registry";
import { repository, until, Workplace } from "./mlops";

type Row = Record<string, number>;

const place = new Workplace();
afterAll(() => place.remove());
let run: RunRecord;

const dataFile = path.join(repository, "models", "diabetes", "data.csv");

/** The rows of a CSV file of numbers; text stays out. */
async function readRows(file: string): Promise<Row[]> {
  const [header = "", ...lines] = (await readFile(file, "utf8")).trim().split("\n");
  const names = header.trim().split(",");
  return lines.map((line) =>
    Object.fromEntries(line.split(",").map((text, index) => [names[index] ?? "", Number(text)])),
  );
}

/** Scores rows in one request, as a client does. */
async function ask(rows: readonly Row[], id: string): Promise<number[]> {
  const data = rows.map((row) => {
    const { progression, ...features } = row;
    void progression;
    return features;
  });
  const response = await fetch(`${await place.productionUrl()}/score`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-request-id": id },
    body: JSON.stringify({ data }),
  });
  expect(response.status).toBe(200);
  return ((await response.json()) as { result: number[] }).result;
}

type Drift = DriftReport & Pick<MonitorResult, "version">;

/** Measures drift once the log holds so many rows; the log is written behind the answers. */
async function monitorWhen(rows: number, code: number): Promise<Drift> {
  await until(async () => {
    const ended = await place.run(["monitor", "--json"]);
    return (JSON.parse(ended.stdout) as Drift).rows >= rows;
  });
  return place.json<Drift>(["monitor", "--hours", "1"], code);
}

describe("the verbs, one process each, as a pipeline calls them", () => {
  test("take a model from its data into QA, each where the last one left off", async () => {
    const checked = await place.json<DataReport>(["data", "check"]);
    expect(checked).toMatchObject({ rows: 442, findings: [] });
    const trained = await place.json<RunRecord>(["train"]);
    expect(trained).toMatchObject({
      outcome: "trained",
      explanation: "The candidate is yet to be evaluated.",
    });
    for (const verb of ["evaluate", "register", "package", "deploy", "smoke", "load"]) {
      run = await place.json<RunRecord>([verb]);
      expect(run.id).toBe(trained.id);
    }
    expect(run).toMatchObject({ outcome: "registered", version: "diabetes:1", tests: { qa: { smoke: 4 } } });
    expect(run.steps.map(({ name }) => name)).toEqual(
      "check split train evaluate register package qa smoke load".split(" "),
    );
    const { deployments } = await place.json<{ deployments: DeploymentStatus[] }>(["status"]);
    expect(deployments).toMatchObject([
      { environment: "qa", url: expect.stringContaining("http://127.0.0.1:") as string },
      { environment: "prod", history: [] },
    ]);
  });

  test("release it from another process, and it goes on serving", async () => {
    run = await place.json<RunRecord>(["promote", "--yes"]);
    expect(run).toMatchObject({ outcome: "released", version: "diabetes:1" });
    expect(await ask(await readRows(dataFile), "all")).toHaveLength(442);
  });

  test("score a file as the service and the trainer do", async () => {
    const output = place.path("scored.csv");
    expect(await place.json<ScoreFileResult>(["score", "--input", dataFile, "--output", output])).toEqual({
      read: 442,
      scored: 442,
      rejected: 0,
      model: "diabetes:1",
      output,
    });
    const scored = await readRows(output);
    const served = await ask(await readRows(dataFile), "all");
    expect(scored).toHaveLength(served.length);
    // To rounding: the file is scored by ONNX, a request by the same parameters in another order of sums.
    const differences = scored.map(({ prediction = NaN }, row) =>
      Math.abs(prediction / (served[row] ?? NaN) - 1),
    );
    expect(Math.max(...differences)).toBeLessThan(1e-12);
    const golden = await place.readJson<GoldenRows>("runs", run.id, "model", "golden.json");
    for (const [index, features] of golden.rows.entries()) {
      const same = scored.find((row) =>
        Object.entries(features).every(([name, value]) => row[name] === value),
      );
      expect(Math.abs((same?.prediction ?? NaN) - Number(golden.predictions[index]))).toBeLessThan(1e-9);
    }
  });

  test("score the rows of a file that can be, and say no for the others", async () => {
    const [input, output] = [place.path("odd.csv"), place.path("odd-scored.csv")];
    const [header, first = "", second] = (await readFile(dataFile, "utf8")).split("\n");
    await writeFile(input, [header, first.replace(/^[^,]+/, "old"), second, ""].join("\n"));
    expect(
      await place.json<ScoreFileResult>(
        ["score", "--version", "diabetes:1", "--input", input, "--output", output],
        1,
      ),
    ).toEqual({
      ...{ read: 2, scored: 1, rejected: 1, model: "diabetes:1", output },
      rejects: place.path("odd-scored.rejected.csv"),
    });
    expect(await readFile(place.path("odd-scored.rejected.csv"), "utf8")).toContain('""age"" is ""old""');
  });

  test("collect what was scored, with its outcome, and train on it", async () => {
    const [labels, collected] = [place.path("labels.csv"), place.path("collected.csv")];
    const outcomes = (await readRows(dataFile)).map(({ progression }, row) => `all,${row},${progression}`);
    await writeFile(labels, `request_id,row,progression\n${outcomes.join("\n")}\nnever,0,100\n`);
    const collect = ["collect", "--labels", labels, "--output", collected, "--only-new", "--force"];
    await until(async () => (await place.json<{ rows: number }>(collect)).rows === 442, 20_000);
    // The same request twice is the same rows; our own tests of the service are no data at all.
    expect(await place.json(collect)).toMatchObject({
      leftOut: { unlabelled: 0, repeated: 442, ambiguous: 0, otherColumns: 0, unknownLabels: 1 },
    });
    expect(await readRows(collected)).toEqual(await readRows(dataFile));
    expect(await place.json<DataReport>(["data", "check", "--data", collected])).toMatchObject({
      comparedWith: expect.stringContaining("diabetes:1") as string,
      findings: [],
    });
    const again = await place.json<RunRecord>(["retrain", "--data", collected]);
    expect(again).toMatchObject({ outcome: "kept", dataFile: collected });
    expect(await place.readJson<PromotionDecision>("runs", again.id, "decision.json")).toMatchObject({
      reason: "not-better",
      champion: { model: "diabetes:1" },
    });
  });

  test("refuse data of another population, and train on it when the change is accepted, which is recorded", async () => {
    const moved = place.path("moved.csv");
    const [header = "", ...lines] = (await readFile(dataFile, "utf8")).trim().split("\n");
    const at = header.split(",").indexOf("bmi");
    const rows = lines.map((line) =>
      line
        .split(",")
        .map((text, index) => (index === at ? String(Number(text) + 20) : text))
        .join(","),
    );
    await writeFile(moved, [header, ...rows, ""].join("\n"));
    const refused = await place.run(["retrain", "--data", moved]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toContain("--accept-population");
    const flags = ["--data", moved, "--accept-population", "bmi"];
    const { acceptedPopulation } = await place.json<RunRecord>(["retrain", ...flags]);
    expect(acceptedPopulation).toEqual([
      {
        column: "bmi",
        by: "--accept-population bmi",
        reason: expect.stringContaining('Column "bmi" is of another population') as string,
      },
    ]);
  });

  test("find no drift in what is like the training data, and do not take their own tests for requests", async () => {
    const { version, rows, drifted } = await monitorWhen(2 * 442, 0);
    expect({ version, rows, drifted }).toEqual({ version: "diabetes:1", rows: 2 * 442, drifted: false });
  });

  test("find drift in what is not, exit with 1 and retrain when told to", async () => {
    const shifted = (await readRows(dataFile)).map((row) => ({ ...row, bmi: (row.bmi ?? 0) + 8 }));
    for (const id of ["shift-1", "shift-2"]) await ask(shifted, id);
    const drift = await monitorWhen(4 * 442, 1);
    expect(drift.columns.filter((column) => column.drifted).map(({ column }) => column)).toContain("bmi");
    const before = (await place.json<{ runs: RunRecord[] }>(["status"])).runs.length;
    const ended = await place.run(["monitor", "--retrain"]);
    expect(ended.code).toBe(1);
    expect(ended.stdout).toContain("Drift in");
    expect(ended.stdout).toContain("diabetes:1 stays in production, nothing was registered");
    expect((await place.json<{ runs: RunRecord[] }>(["status"])).runs).toHaveLength(before + 1);
  });

  test("put a canary into production by hand and take it away again", async () => {
    const args = ["deploy", "diabetes:1", "--environment", "prod"];
    expect(await place.json<Deployment>([...args, "--weight", "10"])).toMatchObject({
      stable: { model: "diabetes:1" },
      canary: { model: "diabetes:1", weight: 10 },
    });
    expect(await place.json<Deployment>([...args, "--weight", "30"])).toMatchObject({
      canary: { weight: 30 },
    });
    const moved = await place.run([...args, "--port", "1"]);
    expect(moved).toMatchObject({ code: 1, stdout: "" });
    expect(moved.stderr).toContain("already, not on port 1. Leave --port out, or run `mlops stop` first.");
    const other = await place.run(["rollback", "--of", "diabetes:9"]);
    expect(other).toMatchObject({ code: 1, stdout: "" });
    expect(other.stderr).toContain("a rollback would take diabetes:1 away now");
    const after = await place.json<Deployment>(["rollback", "--of", "diabetes:1"]);
    expect(after).toMatchObject({ stable: { model: "diabetes:1" } });
    expect(after.canary).toBeUndefined();
    const nowhere = await place.run(["rollback"]);
    expect(nowhere).toMatchObject({ code: 1, stdout: "" });
    expect(nowhere.stderr).toContain("diabetes in prod has nothing to roll back to");
  });

  test("show what there is", async () => {
    const [version] = await place.json<ModelVersion[]>(["registry", "list"]);
    expect(version).toMatchObject({ name: "diabetes", version: 1, aliases: ["champion"] });
    expect(await place.json(["registry", "show", "diabetes:1"])).toEqual(version);
    const { file } = await place.json<{ file: string }>(["report", "--run", run.id]);
    expect(file).toBe(place.path("reports", `${run.id}.html`));
    expect(await readFile(file, "utf8")).toContain("diabetes:1 is in production.");
    const other = await place.run(["report", "--run", run.id, "--model", "titanic"]);
    expect(other).toMatchObject({ code: 2, stdout: "" });
    expect(other.stderr).toContain(`Run ${run.id} is one of diabetes, not of titanic. Add --model diabetes.`);
  });

  test("stop what they left running, and serve it again", async () => {
    expect(await place.json(["stop"])).toEqual({ stopped: ["prod"] });
    expect(await place.json(["stop"])).toEqual({ stopped: [] });
    expect(await place.processes()).toEqual([]);
    const serving = place.start(["serve", "--json"]);
    await serving.printed("Ctrl-C stops it.");
    serving.process.kill("SIGINT");
    const { code, stdout } = await serving.ended;
    expect(code).toBe(130);
    expect(JSON.parse(stdout) as Serving).toMatchObject({ model: "diabetes:1" });
    expect(await place.processes()).toEqual([]);
  });
});

describe("the help", () => {
  const verbsOf = (command: Command): string[][] =>
    command.commands.flatMap((sub) =>
      sub.commands.length > 0 ? verbsOf(sub).map((rest) => [sub.name(), ...rest]) : [[sub.name()]],
    );
  const verbs = verbsOf(buildCli(new CommandScope()));

  test("of each verb names its flags", async () => {
    expect(verbs.length).toBeGreaterThan(20);
    const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      for (const verb of verbs) {
        write.mockClear();
        await runCli(new CommandScope(), ["node", "mlops", ...verb, "--help"]);
        const printed = write.mock.calls.map(([text]) => text).join("");
        expect(printed).toContain(`Usage: mlops ${verb.join(" ")}`);
        expect(printed).toContain("--help");
      }
    } finally {
      write.mockRestore();
    }
  });

  test("is no failure", async () => {
    const ended = await Promise.all([place.run(["--help"]), place.run(["registry", "show", "--help"])]);
    for (const { code, stderr } of ended) expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  test("is of verbs that docs/reference/command-line.md has, and the other way round", async () => {
    const page = await readFile(path.join(repository, "docs", "reference", "command-line.md"), "utf8");
    const table = page.split("\n").filter((line) => line.startsWith("| `"));
    const rows = table.slice(
      0,
      table.findIndex((line) => line.includes("MLOPS_HOME")),
    );
    const named = rows.flatMap((line) =>
      [...(line.split("|")[1] ?? "").matchAll(/`([^`]+)`/g)].map(([, verb]) => verb),
    );
    expect(named.filter((verb) => verb !== "npm start").sort()).toEqual(
      verbs.map((verb) => verb.join(" ")).sort(),
    );
  });
});
