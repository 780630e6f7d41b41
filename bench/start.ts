import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readFile } from "node:fs/promises";
import { writeCostModel } from "../test/scoring/model-fixture";

/** Starts measured for each way. */
const starts = 10;

interface Way {
  readonly name: string;
  readonly args: readonly string[];
}

/** Milliseconds from exec to the message that says ready, and resident MiB then. */
async function startOnce(
  { args }: Way,
  settings: Record<string, string>,
): Promise<[ms: number, mib: number]> {
  const begin = performance.now();
  const child = spawn(process.execPath, args, {
    env: { PATH: process.env.PATH, ...settings },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  await once(child, "message");
  const ms = performance.now() - begin;
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  child.kill("SIGTERM");
  await once(child, "exit");
  return [ms, Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? NaN) / 1024];
}

/** Prints how long a scoring process takes from exec to ready: from source, and as the image has it if that was built. */
async function main(): Promise<void> {
  const root = path.join(__dirname, "..");
  const built = process.argv[2];
  const ways: Way[] = [
    { name: "from source", args: ["--require", "tsx/cjs", path.join(root, "scoring", "process", "main.ts")] },
    ...(built === undefined ? [] : [{ name: "built", args: [path.resolve(built)] }]),
  ];
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-bench-"));
  try {
    await writeCostModel(path.join(folder, "model"));
    const settings = {
      MLOPS_MODEL_DIRECTORY: path.join(folder, "model"),
      MLOPS_MODEL: "cost:1",
      MLOPS_ENVIRONMENT: "bench",
      MLOPS_PORT: "0",
      MLOPS_PREDICTION_LOG: path.join(folder, "log"),
      MLOPS_AUTH: "keys",
      MLOPS_PRIMARY_KEY: "a-key-for-this-bench",
    };
    for (const way of ways) {
      const measured: [number, number][] = [];
      for (let start = 0; start < starts; start++) measured.push(await startOnce(way, settings));
      const times = measured.map(([ms]) => ms).sort((a, b) => a - b);
      const [median = NaN, slowest = NaN] = [times[Math.floor(starts / 2)], times.at(-1)];
      const memory = Math.max(...measured.map(([, mib]) => mib));
      process.stdout.write(
        `${way.name}: ready in ${median.toFixed(0)} ms (median of ${starts}; slowest ${slowest.toFixed(0)} ms), ${memory.toFixed(0)} MiB\n`,
      );
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
