import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { runOutage } from "../test/scoring/telemetry/outage";

/** A minute without the storage, under load, then `kill -9`: what becomes of the prediction log, and of the requests' time. */
async function main(): Promise<void> {
  const folder = await mkdtemp(path.join(tmpdir(), "mlops-outage-"));
  try {
    const result = await runOutage({ folder, upMs: 20_000, downMs: 60_000, thinkMs: 2 });
    console.log(JSON.stringify(result, null, 2));
    if (result.found !== result.acknowledged || result.repeatedDiffer > 0) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

void main();
