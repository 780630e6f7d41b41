import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nearestRank } from "../../../../platform/base/quantile";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { writeCostModel } from "../../model-fixture";
import { usePrograms } from "../../process/scoring-program";
import { Crowd } from "../fixtures/crowd";

const start = usePrograms();
const folder = useTemporaryFolder();

function medianOf(values: readonly number[]): number {
  return nearestRank(Float64Array.from(values).sort(), 0.5);
}

/** Median milliseconds to a refusal that a server gives to a crowd, in three seconds. */
async function refusedBy(port: number): Promise<number> {
  const crowd = new Crowd(300, port);
  await sleep(3000);
  crowd.end();
  return medianOf(crowd.tookMs["503"] ?? []);
}

/** How long a new connection took to be answered, in milliseconds. */
async function askAnew(port: number): Promise<number> {
  const begun = performance.now();
  const { status } = await fetch(`http://127.0.0.1:${port}/healthz`, { headers: { connection: "close" } });
  expect(status).toBe(200);
  return performance.now() - begun;
}

test("while 300 clients send 1,000 rows each, new connections get in and health is told at once", async () => {
  await writeCostModel(folder("model"));
  const program = start({
    MLOPS_MODEL_DIRECTORY: folder("model"),
    MLOPS_HEALTH_PORT: "0",
    MLOPS_LOG_LEVEL: "error",
  });
  const { port, healthPort } = (await program.message()) as { port: number; healthPort: number };
  const crowd = new Crowd(300, port);
  const anew = askAnew(port);
  const health: number[] = [];
  let gotIn = false;
  void anew.then(() => (gotIn = true));
  while (!gotIn || health.length < 20) health.push(await askAnew(healthPort));
  const tookMs = await anew;
  crowd.end();
  expect(crowd.errors).toEqual([]);
  expect((crowd.tookMs["503"] ?? []).length).toBeGreaterThan(0);
  const bare = start({}, path.join(__dirname, "..", "fixtures", "bare-refusal.ts"));
  const { port: barePort } = (await bare.message()) as { port: number };
  // Other tests run beside this one: what it takes to refuse is told by the best of a few looks at both.
  const looks: { refusedMs: number; bareMs: number; soon: boolean }[] = [];
  while (looks.length < 4 && looks.at(-1)?.soon !== true) {
    const refusedMs = looks.length === 0 ? medianOf(crowd.tookMs["503"] ?? []) : await refusedBy(port);
    // What this machine, with these clients on it, takes to refuse: the least that any server could.
    const bareMs = await refusedBy(barePort);
    looks.push({ refusedMs, bareMs, soon: refusedMs < Math.max(100, 3 * bareMs) });
  }
  expect(looks.at(-1)).toMatchObject({ soon: true });
  // Whoever would not be answered in time is refused, and some always are answered.
  expect(Object.keys(crowd.tookMs).filter((status) => status !== "503")).toEqual(["200"]);
  // It had its turn after the others that came with it, each of which waited for one of 20 ms; it was half a minute.
  expect(tookMs).toBeLessThan(30_000);
  expect(Math.max(...health)).toBeLessThan(2000);
});
