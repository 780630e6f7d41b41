/**
 * `npm run bench:dashboard`: how long the pages of the dashboard take to their first byte, with 10,000 runs and 1,000 versions of a
 * model (`--runs`, `--versions` for other numbers), over a connection each, as a browser that has just been opened. Exits with 1 when the
 * median of a page misses the goal.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Runs } from "../cli/runs/runs";
import { actorOf } from "../platform/audit/actor";
import { AuditTrail } from "../platform/audit/audit-trail";
import { hourMs } from "../platform/base/durations";
import { writeJson } from "../platform/base/files";
import { openRegistry } from "../platform/registry/open-registry";
import { openWorkspace } from "../platform/settings/workspace";
import { openStorage } from "../platform/storage/open-storage";
import { median, printTable } from "./table";
import { programArguments } from "../build/start-program";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "10000" },
    versions: { type: "string", default: "1000" },
    json: { type: "string" },
  },
});
const [runCount, versionCount] = [Number(values.runs), Number(values.versions)];

/** Versions of the model's data: one of ten registered versions has some of its own. */
const dataCount = Math.ceil(versionCount / 10);

/** The longest that a page may take to its first byte, in milliseconds: the median of its requests. */
const goalMs = 200;

/** Requests of each page. */
const repeats = 20;
const port = 8899;
const digest = "a".repeat(64);
const card = "# diabetes\n\n## Intended use\n\nTo be measured.\n";

const runIdOf = (number: number): string => `run-${String(number).padStart(6, "0")}`;

/** What training leaves of a run, as far as pages list it. */
async function writeRun(runs: Runs, number: number): Promise<void> {
  const id = runIdOf(number);
  const version =
    number > runCount - versionCount ? `diabetes:${number - (runCount - versionCount)}` : undefined;
  const startedAt = new Date(number * 60_000).toISOString();
  await writeJson(runs.path(id, "run.json"), {
    ...{ id, model: "diabetes", sequence: number, startedAt, dataFile: "data.csv" },
    outcome: version === undefined ? "kept" : "registered",
    explanation: "The champion is better.",
    steps: [{ name: "train", status: "done", startedAt, ms: 100, message: "ridge" }],
    ...(version !== undefined && { version }),
  });
  const measured = { rows: 85, metrics: { rmse: 50 + Math.sin(number), mae: 40, r2: 0.5 } };
  await writeJson(runs.path(id, "model", "metrics.json"), { heldOut: measured, training: measured });
  await writeFile(runs.path(id, "model", "README.md"), card);
  await writeJson(runs.path(id, "model", "lineage.json"), {
    ...{
      model: "diabetes",
      run: id,
      createdAt: startedAt,
      code: {},
      seed: 1,
      tools: {},
      definitionDigest: digest,
    },
    data: { source: "data.csv", digest, rows: 442, trainingRows: 357, heldOutRows: 85 },
    split: { by: "column", column: "side" },
    parameters: { kind: "ridge", alpha: 1 },
  });
}

/** What the evaluation of a run leaves, with the rows from which its page draws plots: of the newest runs alone, others are not opened. */
async function writeEvaluation(runs: Runs, id: string): Promise<void> {
  const actual = Array.from({ length: 2000 }, (_, index) => 25 + (index % 300));
  const metrics = { rmse: 54.3, mae: 44, r2: 0.48 };
  await writeJson(runs.path(id, "evaluation.json"), {
    ...{ task: "regression", rows: actual.length },
    candidate: { metrics },
    champion: { model: "diabetes:1", metrics },
    sample: {
      actual,
      candidate: actual.map((value, index) => value + ((index * 7) % 110) - 55),
      champion: actual.map((value, index) => value + ((index * 5) % 130) - 65),
    },
  });
}

/** What training leaves of a model, as far as the page of its version shows it. */
async function writeModel(folder: string): Promise<void> {
  await mkdir(folder);
  await writeFile(path.join(folder, "MLmodel"), "flavors: {}\n");
  await writeFile(path.join(folder, "README.md"), card);
}

/** A version of data, as far as pages list it: its rows are not read. */
async function writeData(folder: string, number: number): Promise<void> {
  const own = String(number).padStart(64, "0");
  await writeJson(path.join(folder, "diabetes", own, "version.json"), {
    ...{ model: "diabetes", digest: own, source: "data.csv", kind: "file", format: "csv", rows: 442 },
    columns: [{ name: "bmi", type: "number" }],
    keptAt: new Date(number * hourMs).toISOString(),
    files: [{ path: "data.csv", bytes: 1, digest: own }],
  });
}

async function writeHome(home: string): Promise<void> {
  const workspace = await openWorkspace(home);
  const runs = new Runs(workspace.runs, () => undefined);
  for (let number = 1; number <= runCount; number++) await writeRun(runs, number);
  await writeEvaluation(runs, runIdOf(runCount));
  const registry = openRegistry(workspace.registry, { report: () => undefined });
  const model = path.join(home, "a-model");
  await writeModel(model);
  const trail = new AuditTrail({
    open: async () => ({ storage: await openStorage(workspace.audit) }),
    place: workspace.audit,
    actor: actorOf(process.env),
    warn: () => undefined,
  });
  for (let version = 1; version <= versionCount; version++) {
    await registry.register("diabetes", model, { data: digest, measured: "rmse 50" });
    await trail.record({ act: "register", subject: `diabetes:${version}`, details: {} });
  }
  for (let number = 1; number <= dataCount; number++) await writeData(workspace.data, number);
}

/** Milliseconds from a request to the first byte of its answer. */
async function firstByteMs(url: string, cookie: string): Promise<number> {
  const began = performance.now();
  const request = get(url, { headers: { cookie }, agent: false });
  const [response] = (await once(request, "response")) as [import("node:http").IncomingMessage];
  const ms = performance.now() - began;
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
  return ms;
}

interface Measured {
  readonly page: string;
  readonly first: number;
  readonly median: number;
  readonly slowest: number;
}

/** Times each page of a dashboard that answers with the key. */
async function measurePages(key: string): Promise<Measured[]> {
  const cookie = `mlops-dashboard-${port}=${key}`;
  const model = "/models/diabetes";
  const [run, before] = [runIdOf(runCount), runIdOf(runCount - 1)];
  const pages = [
    ...["/", model, `${model}/runs`, `${model}/runs?page=100`, `${model}/versions`],
    ...[`${model}/runs/${run}`, `${model}/versions/${versionCount}`, `${model}/data`, "/audit"],
    `${model}/compare?run=${run}&run=${before}`,
  ];
  const measured: Measured[] = [];
  for (const page of pages) {
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++)
      times.push(await firstByteMs(`http://127.0.0.1:${port}${page}`, cookie));
    measured.push({ page, first: times[0] ?? NaN, median: median(times), slowest: Math.max(...times) });
  }
  return measured;
}

/** Starts the dashboard, times its pages, and ends it. */
async function measureDashboard(home: string): Promise<{ readyMs: number; measured: Measured[] }> {
  const args = [...programArguments("cli/main.ts"), "dashboard", "--json", "--port", String(port)];
  const began = performance.now();
  const dashboard = spawn(process.execPath, args, {
    env: { ...process.env, MLOPS_HOME: home },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const closed = once(dashboard, "close");
  try {
    let said = "";
    while (!said.includes("}")) said += String(((await once(dashboard.stdout, "data")) as [Buffer])[0]);
    const readyMs = performance.now() - began;
    const key = new URL((JSON.parse(said) as { url: string }).url).searchParams.get("key") ?? "";
    return { readyMs, measured: await measurePages(key) };
  } finally {
    dashboard.kill("SIGTERM");
    await closed;
  }
}

/** Says whether every page keeps the goal; the exit code says it, too. */
function judge(measured: readonly Measured[]): void {
  const slow = measured.filter((each) => !(each.median <= goalMs)).map(({ page }) => page);
  process.stdout.write(
    slow.length === 0
      ? `The median first byte of every page comes within ${goalMs} ms; a first request may take longer.\n`
      : `The median first byte of these pages takes longer than ${goalMs} ms: ${slow.join(", ")}.\n`,
  );
  if (slow.length > 0) process.exitCode = 1;
}

async function main(): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), "mlops-bench-"));
  try {
    await writeHome(home);
    const { readyMs, measured } = await measureDashboard(home);
    process.stdout.write(
      `${runCount} runs, ${versionCount} versions; ready ${(readyMs / 1000).toFixed(1)} s after its start\n`,
    );
    printTable(
      ["page", "first request, ms", "median, ms", `slowest of ${repeats}, ms`],
      measured.map(({ page, ...times }) => [page, ...Object.values(times).map((ms) => ms.toFixed(1))]),
    );
    judge(measured);
    if (values.json !== undefined)
      await writeJson(values.json, { runCount, versionCount, readyMs, goalMs, measured });
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

void main();
