import { setTimeout as sleep } from "node:timers/promises";
import type { CanaryAnalysis } from "../../deploy/rules/canary-release";
import { runLoad } from "../../deploy/tests/load";
import { connections } from "./release-steps";
import { scoringBodies } from "./rows-to-send";
import type { RunContext } from "./step";

/** How often a canary that waits for its clients' requests is judged, in milliseconds. */
const roundMs = 60_000;

/** Share of a stage's minutes after which rows of our own stand in for clients who ask too little. */
const patience = 0.5;

type Sending = CanaryAnalysis["sendTraffic"];

/** Sends rows that the version was not trained on, marked as tests of our own: the gateway gives each track its share of them. */
async function sendingRows(context: RunContext): Promise<Sending> {
  const { session, target, definition } = context;
  const { signal, environments } = session;
  const bodies = await scoringBodies(context);
  return async (url, requests) => {
    // Asked for now: before the first release nothing serves that could know a test.
    const access = await target.access(environments.production, definition.name);
    await runLoad({ url, bodies, connections, requests, ...access }, signal);
  };
}

/**
 * Waits for clients. Once half of the minutes at a share of the traffic have passed and the canary still lacks requests, rows of our own go to both
 * tracks, and again when those would show and it still does: with few clients every canary would end undecided, and so be rolled
 * back. They count as tests, which are judged apart from clients' requests, and neither may speak against the canary.
 */
function waitingForClients(context: RunContext, minutes: number, wait: () => Promise<void>): Sending {
  const { session, target, definition } = context;
  const lagRounds = Math.ceil(target.sampleLagMs / roundMs);
  let send: Promise<Sending> | undefined;
  let stage = { at: "", rounds: 0, sendsAfter: 0 };
  return async (url, requests) => {
    const status = await target.deployer.status(session.environments.production, definition.name);
    const { canary, samples } = status;
    const at = `${canary?.weight} ${canary?.shadow}`;
    if (stage.at !== at) stage = { at, rounds: 0, sendsAfter: minutes * patience };
    stage.rounds += 1;
    const seen = samples.canary?.requests ?? 0;
    if (stage.rounds > stage.sendsAfter && seen < definition.canary.minRequests) {
      session.output.update(
        `release: ${seen} requests on the canary after ${stage.rounds - 1} minutes; rows of our own are sent, too`,
      );
      send ??= sendingRows(context);
      await (
        await send
      )(url, requests);
      stage.sendsAfter = stage.rounds + lagRounds;
    }
    // What is sent shows in the samples of a later round.
    await wait();
  };
}

/**
 * The requests that production's canary is judged by: its clients', or rows that this machine sends where there are none, as
 * before the first release, or too few.
 */
export async function trafficFor(
  context: RunContext,
  minutes: number,
): Promise<Pick<CanaryAnalysis, "sendTraffic" | "maxRounds">> {
  const { session, target, definition } = context;
  const { signal, environments } = session;
  const wait = (): Promise<void> => sleep(roundMs, undefined, { signal });
  const { stable } = await target.deployer.status(environments.production, definition.name);
  if (target.hasClients && stable !== undefined)
    return { sendTraffic: waitingForClients(context, minutes, wait), maxRounds: minutes };
  const send = await sendingRows(context);
  if (!target.hasClients) return { sendTraffic: send };
  // Before the first release there is nobody who could ask. What is sent shows in the samples of a later round.
  const sendAndWait: Sending = async (url, requests) => {
    await send(url, requests);
    await wait();
  };
  return { sendTraffic: sendAndWait, maxRounds: minutes };
}
