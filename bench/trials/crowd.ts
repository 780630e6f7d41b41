import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { nearestRank } from "../../platform/base/quantile";
import { Crowd } from "../../test/scoring/http/fixtures/crowd";
import { writeCostModel } from "../../test/scoring/model-fixture";
import { ScoringProgram } from "../../test/scoring/process/scoring-program";
import { processorSecondsOf } from "../processor-time";
import { count, faultsOf, type Trial } from "./trial";

const clients = 300;
/** Time for both to get warm, in milliseconds. */
const warmMs = 3000;
/** Each is asked for so long at least, however short the trial is, in milliseconds: a busy machine answers nobody sooner. */
const leastMs = 8000;
const bareProgram = path.join(__dirname, "../../test/scoring/http/fixtures/bare-refusal.ts");

/** How soon most are refused, in milliseconds; what the machine alone takes is allowed several times. */
const wantedMs = 100;
const timesBare = 6;

/** What a crowd was answered, and how much of a core the program had meanwhile, in percent: on a busy machine it waits for its turn. */
interface Asked {
  readonly tookMs: Crowd["tookMs"];
  readonly ofCore: number;
}

/** Sends a crowd to a program for a time, after a time to get warm. */
async function askByCrowd(program: ScoringProgram, port: number, durationMs: number): Promise<Asked> {
  const warm = new Crowd(clients, port);
  await sleep(warmMs);
  warm.end();
  const pid = program.child.pid ?? 0;
  const [usedBefore, begun] = [await processorSecondsOf(pid), performance.now()];
  const crowd = new Crowd(clients, port);
  await sleep(durationMs);
  crowd.end();
  const used = (await processorSecondsOf(pid)) - usedBefore;
  return { tookMs: crowd.tookMs, ofCore: Math.round((used / (performance.now() - begun)) * 100_000) };
}

function shareOf(tookMs: readonly number[] = [], share: number): number {
  return tookMs.length === 0 ? 0 : nearestRank(Float64Array.from(tookMs).sort(), share);
}

/** Clients that come back as soon as they are refused; beside them, a server that does nothing but refuse. */
export const retryingCrowd: Trial = {
  name: `${clients} clients with 1,000 rows that retry at once`,
  async run(folder, durationMs) {
    await writeCostModel(`${folder}/model`);
    const settings = { MLOPS_MODEL_DIRECTORY: `${folder}/model`, MLOPS_LOG_LEVEL: "error" };
    const [ours, bare] = [ScoringProgram.start(settings), ScoringProgram.start({}, bareProgram)];
    try {
      const [port, barePort] = await Promise.all([ours.port(), bare.port()]);
      const eachMs = Math.max(leastMs, durationMs / 2 - warmMs);
      const { tookMs: mine, ofCore } = await askByCrowd(ours, port, eachMs);
      const { tookMs: others, ofCore: bareOfCore } = await askByCrowd(bare, barePort, eachMs);
      const [answered, refused] = [mine["200"]?.length ?? 0, mine["503"]?.length ?? 0];
      const ms = (tookMs: readonly number[] | undefined, share: number): number =>
        Math.round(shareOf(tookMs, share));
      const most = ms(mine["503"], 0.9);
      const bareMost = ms(others["503"], 0.9);
      const other = Object.keys(mine).filter((status) => status !== "200" && status !== "503");
      return {
        done: `${count(answered + refused)} requests`,
        found: `${count(answered)} answered, half of them in ${ms(mine["200"], 0.5)} ms; ${count(refused)} refused, half of them in ${ms(mine["503"], 0.5)} ms, 90 % in ${most} ms, with ${ofCore} % of a core (bare node:http: ${ms(others["503"], 0.5)} and ${bareMost} ms, with ${bareOfCore} %)`,
        faults: faultsOf({
          "other answers": other.length,
          "ms is too long for 90 % of the refusals":
            most > Math.max(wantedMs, timesBare * bareMost) ? most : 0,
          "services that answered nobody": answered === 0 ? 1 : 0,
        }),
      };
    } finally {
      await Promise.all([ours.kill(), bare.kill()]);
    }
  },
};
