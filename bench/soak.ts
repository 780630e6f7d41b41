/**
 * `npm run bench:soak`: five minutes of load, or as many as `--minutes` says (60 before a release). No request may fail, and
 * after the warm-up memory may not grow: its slope, by regression over samples of each second, is that of noise.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildPrograms, startService, takeRows, trainExample, type BenchProcess } from "./bench-process";
import { load } from "./load-generator";
import { scorePath } from "../scoring/dialects/score-path";

/** Part of the run that counts as warm-up, and its least length in seconds. */
const [warmShare, minWarmSeconds] = [0.25, 60];
/** Growth allowed over the whole of what follows, in MiB: the heap breathes by more between two collections. */
const maxGrowthMiB = 12;

interface Sample {
  readonly second: number;
  readonly mib: number;
}

/** Least squares: MiB per second, and its standard error. */
function slopeOf(samples: readonly Sample[]): { slope: number; error: number } {
  const n = samples.length;
  const meanX = samples.reduce((sum, { second }) => sum + second, 0) / n;
  const meanY = samples.reduce((sum, { mib }) => sum + mib, 0) / n;
  let [xx, xy] = [0, 0];
  for (const { second, mib } of samples) {
    xx += (second - meanX) ** 2;
    xy += (second - meanX) * (mib - meanY);
  }
  const slope = xy / xx;
  const residuals = samples.reduce(
    (sum, { second, mib }) => sum + (mib - meanY - slope * (second - meanX)) ** 2,
    0,
  );
  return { slope, error: Math.sqrt(residuals / (n - 2) / xx) };
}

async function watch(service: BenchProcess, signal: AbortSignal): Promise<Sample[]> {
  const samples: Sample[] = [];
  const begin = performance.now();
  while (!signal.aborted) {
    samples.push({ second: (performance.now() - begin) / 1000, mib: await service.residentMiB() });
    await sleep(1000);
  }
  return samples;
}

async function main(): Promise<void> {
  const asked = process.argv.indexOf("--minutes");
  const minutes = asked < 0 ? 5 : Number(process.argv[asked + 1]);
  if (!(minutes >= 2)) throw new Error("--minutes is a number, 2 at least.");
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-soak-"));
  try {
    await buildPrograms();
    const example = await trainExample(folder);
    // Its output goes nowhere, and its log keeps a fiftieth: an hour's would fill the disk of a laptop.
    const settings = { MLOPS_PREDICTION_LOG_SAMPLE: "0.02", MLOPS_LOG_LEVEL: "info" };
    const service = await startService(example, {
      folder: path.join(folder, "service"),
      settings,
      output: "/dev/null",
    });
    const done = new AbortController();
    const watching = watch(service, done.signal);
    const body = JSON.stringify({ data: takeRows(example.rows, 2) });
    const result = await load({
      url: `${service.url}${scorePath}`,
      body,
      connections: 8,
      seconds: minutes * 60,
      folder,
    });
    done.abort();
    const samples = await watching;
    const code = await service.stop();
    const from = Math.max(minWarmSeconds, minutes * 60 * warmShare);
    const settled = samples.filter(({ second }) => second >= from && second < minutes * 60);
    const { slope, error } = slopeOf(settled);
    const length = (settled.at(-1)?.second ?? NaN) - from;
    // Growth that is surely more than none, and more than the heap's own swing.
    const grows = slope - 3 * error > 0 && slope * length > maxGrowthMiB;
    const sizes = settled.map(({ mib }) => mib);
    console.log(
      `${minutes} minutes, ${result.requests} requests (${Math.round(result.perSecond)}/s), ${result.errors} errors, exit code ${code}.`,
    );
    console.log(
      `Resident memory after ${from} s: ${Math.min(...sizes).toFixed(0)} to ${Math.max(...sizes).toFixed(0)} MiB, ` +
        `slope ${(slope * 60).toFixed(3)} ± ${(error * 60).toFixed(3)} MiB per minute: ${grows ? "it GROWS" : "it does not grow"}.`,
    );
    process.exitCode = result.errors === 0 && code === 0 && !grows ? 0 : 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
