/**
 * `npm run bench:dashboard`: how long the pages of the dashboard take to their first byte, with 10,000 runs and 1,000 versions of a
 * model (`--runs`, `--versions` for other numbers), over a connection each, as a browser that has just been opened.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { get } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { Runs } from "../cli/runs/runs";
import { writeJson } from "../platform/base/files";
import { openRegistry } from "../platform/registry/open-registry";
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

/** Requests of each page. */
const repeats = 20;
const port = 8899;
const digest = "a".repeat(64);

/** What training leaves of a run, as far as pages list it. */
async function writeRun(runs: Runs, number: number): Promise<void> {
  const id = `run-${String(number).padStart(6, "0")}`;
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

async function writeHome(home: string): Promise<void> {
  const runs = new Runs(path.join(home, "runs"), () => undefined);
  for (let number = 1; number <= runCount; number++) await writeRun(runs, number);
  const registry = openRegistry(path.join(home, "registry"), { report: () => undefined });
  const model = path.join(home, "a-model");
  await mkdir(model);
  await writeFile(path.join(model, "MLmodel"), "flavors: {}\n");
  for (let version = 1; version <= versionCount; version++) await registry.register("diabetes", model, {});
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

async function main(): Promise<void> {
  const home = await mkdtemp(path.join(tmpdir(), "mlops-bench-"));
  await writeHome(home);
  const args = [...programArguments("cli/main.ts"), "dashboard", "--json", "--port", String(port)];
  const began = performance.now();
  const dashboard = spawn(process.execPath, args, {
    env: { ...process.env, MLOPS_HOME: home },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  while (!said.includes("}")) said += String(((await once(dashboard.stdout, "data")) as [Buffer])[0]);
  const readyMs = performance.now() - began;
  const key = new URL((JSON.parse(said) as { url: string }).url).searchParams.get("key") ?? "";
  const cookie = `mlops-dashboard-${port}=${key}`;
  const pages = [
    "/",
    "/models/diabetes",
    "/models/diabetes/runs",
    "/models/diabetes/runs?page=100",
    "/models/diabetes/versions",
  ];
  const measured = [];
  for (const page of pages) {
    const times: number[] = [];
    for (let repeat = 0; repeat < repeats; repeat++)
      times.push(await firstByteMs(`http://127.0.0.1:${port}${page}`, cookie));
    measured.push({ page, first: times[0] ?? NaN, median: median(times), slowest: Math.max(...times) });
  }
  dashboard.kill("SIGTERM");
  await once(dashboard, "close");
  await rm(home, { recursive: true, force: true });
  process.stdout.write(
    `${runCount} runs, ${versionCount} versions; ready ${(readyMs / 1000).toFixed(1)} s after its start\n`,
  );
  printTable(
    ["page", "first request, ms", "median, ms", `slowest of ${repeats}, ms`],
    measured.map(({ page, ...times }) => [page, ...Object.values(times).map((ms) => ms.toFixed(1))]),
  );
  if (values.json !== undefined) await writeJson(values.json, { runCount, versionCount, readyMs, measured });
}

void main();
