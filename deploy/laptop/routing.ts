import type { Track } from "../../platform/release/deployment";
import { RequestProblem } from "../../scoring/problems/problem";
import type { SupervisedScoring } from "./supervised-scoring";
import type { TrackSampler } from "./track-sampler";
import type { TrafficSplitter } from "./traffic-splitter";

/** The header by which a client chooses a track, and by which the answer names it. */
export const trackHeader = "x-mlops-track";

/** One track as it serves now. */
export interface LiveTrack {
  readonly name: Track;
  readonly scoring: SupervisedScoring;
  readonly sampler: TrackSampler;
}

/** Which processes serve, and how requests are split. Never changed, only replaced as a whole: a request sees one state. */
export interface Routing {
  readonly stable?: LiveTrack;
  readonly canary?: LiveTrack;
  readonly splitter: TrafficSplitter;
}

/** Where a request goes. */
export interface Choice {
  readonly track: LiveTrack;
  /** The client has chosen it. */
  readonly isChosen?: boolean;
  /** Answers in place of the track when that fails; a client that chose its track gets that one's answer. */
  readonly fallback?: LiveTrack;
  /** Gets a copy, whose answer is not used. */
  readonly copy?: LiveTrack;
}

function chosenTrack({ stable, canary }: Routing, header: string): LiveTrack {
  const tracks = [stable, canary].filter((track) => track !== undefined);
  const track = tracks.find(({ name }) => name === header);
  if (track !== undefined) return track;
  const names = tracks.map(({ name }) => `"${name}"`).join(" or ");
  throw new RequestProblem(
    "TRACK_UNKNOWN",
    `${trackHeader} is "${header}". Allowed: ${names}. Leave the header out to let the gateway choose.`,
  );
}

/** Chooses the track for a request; the header, if there is one, decides. */
export function chooseTrack(routing: Routing, header: string | undefined): Choice {
  const { stable, canary, splitter } = routing;
  const only = stable ?? canary;
  if (only === undefined) {
    throw new RequestProblem("NOT_READY", "Nothing is deployed. Deploy a version first.", {
      headers: { "retry-after": "5" },
    });
  }
  if (header !== undefined) return { track: chosenTrack(routing, header), isChosen: true };
  if (stable === undefined || canary === undefined) return { track: only };
  if (splitter.nextIsCanary()) return { track: canary, fallback: stable };
  return splitter.nextIsCopied() ? { track: stable, copy: canary } : { track: stable };
}
