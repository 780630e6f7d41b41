/**
 * `npm run test:nightly`: half an hour of what should not bring the product down, or as many minutes as `--minutes` says.
 * Each trial goes on for its share of the time and counts; the table is that of `docs/reference/reliability.md`. `--report <file>` writes
 * the same for a CI system, in JUnit's form.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { reasonOf } from "../platform/base/errors";
import { junitReport, type TestCase } from "../platform/base/junit-report";
import { printTable } from "./table";
import { retryingCrowd } from "./trials/crowd";
import { predictionLogKills } from "./trials/predictions";
import { gatewayKills, releaseChanges, scoringKills } from "./trials/releases";
import { hostileBodies, silentClients } from "./trials/requests";
import { runKills } from "./trials/runs";
import type { Outcome, Trial } from "./trials/trial";

const trials: readonly Trial[] = [
  runKills,
  scoringKills,
  gatewayKills,
  releaseChanges,
  predictionLogKills,
  hostileBodies,
  silentClients,
  retryingCrowd,
];

/** What became of one trial. */
interface TriedTrial extends Outcome {
  readonly name: string;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
}

function testCaseOf({ name, tookMs, done, found, faults }: TriedTrial): TestCase {
  const failure = { message: faults.join("; "), text: found };
  return { name, tookMs, ...(faults.length > 0 && { failure }), output: `${done}: ${found}` };
}

async function attempt(trial: Trial, durationMs: number): Promise<Outcome> {
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-nightly-"));
  try {
    return await trial.run(folder, durationMs);
  } catch (error) {
    return { done: "ended early", found: "", faults: [reasonOf(error)] };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { minutes: { type: "string", default: "30" }, report: { type: "string" } },
  });
  const durationMs = (Number(values.minutes) * 60_000) / trials.length;
  const [load = NaN] = loadavg();
  console.log(
    `Node.js ${process.version}, ${availableParallelism()} cores, load average before ${load.toFixed(2)}, ${values.minutes} minutes.\n`,
  );
  const tried: TriedTrial[] = [];
  const rowOf = ({ name, done, found, faults }: TriedTrial): string[] => [
    ...[name, done, found],
    faults.length === 0 ? "passed" : `FAILED: ${faults.join("; ")}`,
  ];
  for (const trial of trials) {
    const begun = performance.now();
    const outcome = await attempt(trial, durationMs);
    const one = { name: trial.name, tookMs: performance.now() - begun, ...outcome };
    tried.push(one);
    console.error(rowOf(one).join(" | "));
  }
  printTable(["trial", "done", "found", ""], tried.map(rowOf));
  if (values.report !== undefined) {
    await mkdir(path.dirname(values.report), { recursive: true });
    await writeFile(values.report, junitReport("nightly", tried.map(testCaseOf)));
  }
  process.exitCode = tried.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

void main();
