/**
 * `npm run bench:scoring`: the speed of the scoring service on this machine, beside a bare server of `node:http` and the
 * Python servers that `bench/peers/install` has installed. All is measured in one run, over loopback, with the service's
 * checks, limits, metrics, request log and prediction log on; that they were is checked at the end.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import {
  BenchProcess,
  buildPrograms,
  startService,
  takeRows,
  trainExample,
  type TrainedExample,
} from "./bench-process";
import { generatorName, load, loadAtRate, type LoadResult, type RateResult } from "./load-generator";
import { countRecords, type Recorded } from "./records";
import { peers, startPeer, versionOf } from "./peers/peers";
import { median, printTable } from "./table";
import { scorePath } from "../scoring/dialects/score-path";

const connections = 8;
const [warmSeconds, roundSeconds, rounds] = [3, 4, 5];
const starts = 7;

interface Goal {
  readonly measure: string;
  readonly goal: string;
  readonly measured: string;
  /** Absent when this machine cannot tell. */
  readonly passed?: boolean;
}

interface Bench {
  readonly example: TrainedExample;
  readonly folder: string;
}

/** Figures of several rounds: the median, and how far they went apart. */
interface Rounds {
  readonly perSecond: number;
  readonly min: number;
  readonly max: number;
  readonly requests: number;
  readonly errors: number;
}

function summarize(results: readonly LoadResult[]): Rounds {
  const rates = results.map(({ perSecond }) => perSecond);
  return {
    perSecond: median(rates),
    min: Math.min(...rates),
    max: Math.max(...rates),
    requests: results.reduce((sum, { requests }) => sum + requests, 0),
    errors: results.reduce((sum, { errors }) => sum + errors, 0),
  };
}

const count = (value: number): string => Math.round(value).toLocaleString("en-GB");
const describe = (unit: string, { perSecond, min, max, errors }: Rounds, scale = 1): string =>
  `${count(perSecond * scale)} ${unit}/s (${count(min * scale)} to ${count(max * scale)})${errors > 0 ? `, ${errors} ERRORS` : ""}`;

/** Asks several targets in turn, round by round, so that what else the machine does concerns all alike. */
async function inTurn(
  targets: readonly { url: string; body: string }[],
  { folder }: Bench,
): Promise<Rounds[]> {
  const results = targets.map((): LoadResult[] => []);
  const warm: LoadResult[] = [];
  for (const target of targets)
    warm.push(await load({ ...target, connections, seconds: warmSeconds, folder }));
  for (let round = 0; round < rounds; round++) {
    for (const [index, target] of targets.entries()) {
      results[index]?.push(await load({ ...target, connections, seconds: roundSeconds, folder }));
    }
  }
  return results.map((each, index) => {
    const rounds = summarize(each);
    return { ...rounds, requests: rounds.requests + (warm[index]?.requests ?? 0) };
  });
}

function scoreBody({ example }: Bench, rows: number): string {
  return JSON.stringify({ data: takeRows(example.rows, rows) });
}

async function measureThroughput(
  bench: Bench,
): Promise<{ goals: Goal[]; rate: number; recorded: Recorded; asked: number }> {
  const { folder, example } = bench;
  const bare = await startBare(bench);
  const service = await startService(example, { folder: path.join(folder, "one") });
  const body = scoreBody(bench, 2);
  const targets = [bare, service].map(({ url }) => ({ url: `${url}${scorePath}`, body }));
  const started = await Promise.all([bare.cpuSeconds(), service.cpuSeconds()]);
  const [base, own] = await inTurn(targets, bench);
  const ended = await Promise.all([bare.cpuSeconds(), service.cpuSeconds()]);
  await bare.stop();
  const recorded = await countRecords(service, path.join(folder, "one", "predictions"));
  if (base === undefined || own === undefined) throw new Error("nothing was measured");
  const ratio = own.perSecond / base.perSecond;
  const goal = {
    measure: "throughput, 2 rows of 10, 8 connections, one process",
    goal: "at least 0.55 of bare node:http",
    measured: `${ratio.toFixed(2)}: ${describe("requests", own)} of ${describe("requests", base)}`,
    passed: ratio >= 0.55 && own.errors === 0,
  };
  const [baseCpu = NaN, ownCpu = NaN] = [base, own].map(
    ({ requests }, index) => (((ended[index] ?? NaN) - (started[index] ?? NaN)) * 1e6) / requests,
  );
  const cpu = {
    measure: "processor time of a request, all threads",
    goal: "",
    measured: `${ownCpu.toFixed(1)} µs, bare node:http ${baseCpu.toFixed(1)} µs`,
  };
  return { goals: [goal, cpu], rate: own.perSecond, recorded, asked: own.requests };
}

function startBare({ folder, example }: Bench): Promise<BenchProcess> {
  const predictions = JSON.stringify(takeRows(example.predictions, 2));
  return BenchProcess.start("bare-server", { folder: path.join(folder, "bare"), args: [predictions] });
}

/** The service, and in turn with it the bare server: what that takes is the machine's and the generator's share. */
async function measureLatency(bench: Bench, top: number): Promise<Goal> {
  const { example, folder } = bench;
  const service = await startService(example, { folder: path.join(folder, "latency") });
  const bare = await startBare(bench);
  const body = scoreBody(bench, 2);
  const rate = Math.round(top / 2);
  const ask = (port: number): Promise<RateResult> =>
    loadAtRate({ port, body, rate, seconds: roundSeconds, connections: 32 });
  for (const { url } of [bare, service])
    await load({ url: `${url}${scorePath}`, body, connections, seconds: warmSeconds, folder });
  const [results, bareResults]: [RateResult[], RateResult[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    bareResults.push(await ask(bare.port));
    results.push(await ask(service.port));
  }
  await Promise.all([bare.stop(), service.stop()]);
  const p99 = median(results.map((each) => each.p99));
  const p50 = median(results.map((each) => each.p50));
  const errors = results.reduce((sum, each) => sum + each.errors, 0);
  return {
    measure: "p99 at half of the top rate",
    goal: "at most 3 ms",
    measured: `${describeP99(results)} at ${count(rate)} requests/s, p50 ${p50.toFixed(2)} ms, ${errors} errors; bare node:http ${describeP99(bareResults)}`,
    passed: p99 <= 3 && errors === 0,
  };
}

function describeP99(results: readonly RateResult[]): string {
  const p99s = results.map(({ p99 }) => p99);
  return `${median(p99s).toFixed(2)} ms (${Math.min(...p99s).toFixed(2)} to ${Math.max(...p99s).toFixed(2)})`;
}

async function measureLargeBodies(bench: Bench): Promise<Goal> {
  const service = await startService(bench.example, { folder: path.join(bench.folder, "large") });
  const [own] = await inTurn([{ url: `${service.url}${scorePath}`, body: scoreBody(bench, 1000) }], bench);
  await service.stop();
  if (own === undefined) throw new Error("nothing was measured");
  return {
    measure: "a body of 1,000 rows",
    goal: "at least 1,000,000 rows/s",
    measured: describe("rows", own, 1000),
    passed: own.perSecond * 1000 >= 1e6 && own.errors === 0,
  };
}

async function measureTwo(bench: Bench): Promise<Goal> {
  const { example, folder } = bench;
  const one = await startService(example, { folder: path.join(folder, "single") });
  const two = await startService(example, {
    folder: path.join(folder, "pair"),
    settings: { MLOPS_WORKERS: "2" },
  });
  const body = scoreBody(bench, 2);
  const targets = [one, two].map(({ url }) => ({ url: `${url}${scorePath}`, body }));
  const [single, pair] = await inTurn(targets, bench);
  await Promise.all([one.stop(), two.stop()]);
  if (single === undefined || pair === undefined) throw new Error("nothing was measured");
  const ratio = pair.perSecond / single.perSecond;
  const cores = availableParallelism();
  const measured = `${ratio.toFixed(2)}: ${describe("requests", pair)}`;
  return {
    measure: "two processes",
    goal: "at least 1.7 times one",
    measured: cores < 3 ? `${measured}; ${cores} cores, and the load generator needs one of them` : measured,
    ...(cores >= 3 && { passed: ratio >= 1.7 && pair.errors === 0 }),
  };
}

async function measureStart({ example, folder }: Bench): Promise<Goal> {
  const times: number[] = [];
  for (let start = 0; start < starts; start++) {
    const service = await startService(example, { folder: path.join(folder, "start") });
    times.push(service.startMs);
    await service.stop();
  }
  return {
    measure: "from exec to ready",
    goal: "under 500 ms",
    measured: `${median(times).toFixed(0)} ms (${Math.min(...times).toFixed(0)} to ${Math.max(...times).toFixed(0)})`,
    passed: median(times) < 500,
  };
}

/** Each peer in turn with the service, so that both have the machine to themselves and see the same of it. */
async function measurePeers(bench: Bench): Promise<Goal[]> {
  const ratios: number[] = [];
  const goals: Goal[] = [];
  for (const peer of peers) {
    const measure = `times ${peer.name} ${versionOf(peer)}`;
    const service = await startService(bench.example, { folder: path.join(bench.folder, "beside") });
    try {
      const folder = path.join(bench.folder, peer.name.replaceAll(/\W/g, "-"));
      const running = await startPeer(peer, bench.example, { rows: 2, folder });
      const own = { url: `${service.url}${scorePath}`, body: scoreBody(bench, 2) };
      const [theirs, ours] = await inTurn([running, own], bench);
      await running.stop();
      const ratio = (ours?.perSecond ?? NaN) / (theirs?.perSecond ?? NaN);
      ratios.push(ratio);
      const measured = `${ratio.toFixed(1)}: theirs ${theirs ? describe("requests", theirs) : ""}`;
      goals.push({ measure, goal: "at least 15", measured, passed: ratio >= 15 });
    } catch (error) {
      goals.push({ measure, goal: "at least 15", measured: `not measured: ${(error as Error).message}` });
    } finally {
      await service.stop();
    }
  }
  return goals;
}

function describeProof({ recorded, asked }: { recorded: Recorded; asked: number }): Goal {
  const { counted, logged, records, dropped } = recorded;
  // wrk leaves the requests that are under way when its time is over: one per connection and round, answered or not.
  const max = asked + connections * (rounds + 1);
  const complete =
    [counted, logged, records].every((value) => value >= asked && value <= max) && dropped === 0;
  return {
    measure: "what was on: records of the first measure",
    goal: `${count(asked)} answers seen by the generator`,
    measured: `metrics ${count(counted)}, request log ${count(logged)}, prediction log ${count(records)}, dropped ${dropped}`,
    passed: complete,
  };
}

async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-bench-"));
  try {
    await buildPrograms();
    const bench: Bench = { example: await trainExample(folder), folder };
    const [first = NaN] = loadavg();
    console.log(
      `Node.js ${process.version}, ${availableParallelism()} cores, load average before ${first.toFixed(2)}, generator ` +
        `${await generatorName()}. Medians of ${rounds} rounds of ${roundSeconds} s (least to most).\n`,
    );
    const throughput = await measureThroughput(bench);
    const goals = [
      ...throughput.goals,
      await measureLatency(bench, throughput.rate),
      await measureLargeBodies(bench),
    ];
    goals.push(await measureTwo(bench), await measureStart(bench));
    if (!process.argv.includes("--no-peers")) goals.push(...(await measurePeers(bench)));
    goals.push(describeProof(throughput));
    const verdict = ({ passed }: Goal): string =>
      passed === undefined ? "n/a" : passed ? "passed" : "MISSED";
    printTable(
      ["measure", "goal", "measured", ""],
      goals.map((each) => [each.measure, each.goal, each.measured, verdict(each)]),
    );
    process.exitCode = goals.some(({ passed }) => passed === false) ? 1 : 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
