/**
 * `npm run test:nightly`: half an hour of what should not bring the product down, or as many minutes as `--minutes` says.
 * Each trial goes on for its share of the time and counts. The demonstration and the simulations take the time that they take. `--only`
 * tries what has this in its name; `--write` puts what came of each into the table of `docs/reference/reliability.md`; `--report <file>`
 * writes the table for a CI system, in JUnit's form.
 */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { reasonOf } from "../platform/base/errors";
import { junitReport, type TestCase } from "../platform/base/junit-report";
import { printTable } from "./table";
import { decisionGoals, driftStory } from "./trials/commands";
import { retryingCrowd } from "./trials/crowd";
import { writeTrials } from "./trials/reliability-page";
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
  driftStory,
  ...decisionGoals,
];

/** What became of one trial. */
interface TriedTrial extends Outcome {
  readonly name: string;
  /** The day, how long it took, and the machine. */
  readonly conditions: string;
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

/** Which trials, for how long each, and where the report goes. */
function readFlags() {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "30" },
      only: { type: "string", default: "" },
      report: { type: "string" },
      write: { type: "boolean", default: false },
    },
  });
  const minutes = Number(values.minutes);
  if (!(minutes > 0)) {
    throw new Error(`--minutes is ${values.minutes}. Expected a number above 0. Correct it.`);
  }
  const chosen = trials.filter(({ name }) => name.includes(values.only));
  if (chosen.length === 0) {
    const names = trials.map(({ name }) => `\n  - ${name}`).join("");
    throw new Error(
      `--only is "${values.only}", which no trial has in its name. Expected a part of:${names}`,
    );
  }
  const sharing = trials.filter(({ takesItsTime }) => !takesItsTime).length;
  const { report, write } = values;
  return { minutes, chosen, durationMs: (minutes * 60_000) / sharing, report, write };
}

/** Under which conditions something was tried: figures of a busy machine are others. */
function conditionsOf(tookMs: number, loadBefore: number): string {
  const day = new Date().toISOString().slice(0, 10);
  const minutes = (tookMs / 60_000).toFixed(1);
  const machine = `Node.js ${process.versions.node}, ${availableParallelism()} cores`;
  return `${day}, ${minutes} min, ${machine}, load before ${loadBefore.toFixed(1)}`;
}

const rowOf = ({ name, done, found, faults, conditions }: TriedTrial): string[] => [
  ...[name, done, found],
  faults.length === 0 ? "passed" : `FAILED: ${faults.join("; ")}`,
  conditions,
];

async function main(): Promise<void> {
  const { minutes, chosen, durationMs, report, write } = readFlags();
  console.log(`What shares the time has ${minutes} minutes; the rest takes the time that it takes.\n`);
  const tried: TriedTrial[] = [];
  for (const trial of chosen) {
    const [load = NaN] = loadavg();
    const begun = performance.now();
    const outcome = await attempt(trial, durationMs);
    const tookMs = performance.now() - begun;
    const one = { name: trial.name, tookMs, conditions: conditionsOf(tookMs, load), ...outcome };
    tried.push(one);
    console.error(rowOf(one).join(" | "));
    const names = trials.map(({ name }) => name);
    if (write) writeTrials([rowOf(one)], names);
  }
  printTable(["trial", "done", "found", "", "when and where"], tried.map(rowOf));
  if (report !== undefined) {
    await mkdir(path.dirname(report), { recursive: true });
    await writeFile(report, junitReport("nightly", tried.map(testCaseOf)));
  }
  process.exitCode = tried.some(({ faults }) => faults.length > 0) ? 1 : 0;
}

void main();
