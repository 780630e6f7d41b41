import { hourMs, minuteMs } from "../base/durations";
import { counted } from "../base/wording";

/** How a training stands: `failed` is one that ended by itself without its result, `stopped` one that somebody has ended. */
export type TrainingState = "waiting" | "running" | "done" | "failed" | "stopped";

/** A training of a model, as it is watched. */
export interface WatchedTraining {
  readonly id: string;
  readonly state: TrainingState;
  /** When it was asked for, ISO 8601: one that waits for a node for ever hangs, too. */
  readonly startedAt: string;
}

export interface TrainingLimits {
  /** Longest time from its start to its end, in minutes. */
  readonly maxMinutes: number;
  /** Longest time between two starts, in hours, as the schedule has it; without it, none is missed. */
  readonly everyHours?: number | undefined;
  /** Hours by which a start may be late. */
  readonly graceHours: number;
}

export const trainingFaults = ["failed", "hanging", "overdue"] as const;

/** What is wrong with the trainings of a model. */
export interface TrainingFault {
  readonly fault: (typeof trainingFaults)[number];
  /** The training; absent where one is missing. */
  readonly id?: string;
  /** In a sentence, with what to do. */
  readonly explanation: string;
}

/** Clocks of two machines differ by less. */
const maxAheadMs = hourMs;

/** Whether a wrong clock has dated a training ahead: when it was begun is not known, and it would be the newest until then. */
function isAhead({ startedAt }: WatchedTraining, now: Date): boolean {
  return Date.parse(startedAt) - now.getTime() > maxAheadMs;
}

/** Those whose time cannot be come last. */
function newestFirst(trainings: readonly WatchedTraining[], now: Date): WatchedTraining[] {
  const timeOf = (training: WatchedTraining): number =>
    isAhead(training, now) ? Number.MIN_SAFE_INTEGER : Date.parse(training.startedAt);
  return trainings.toSorted((a, b) => timeOf(b) - timeOf(a));
}

/** The newest one that has ended, if it failed: a later one that went well makes up for it, one that was stopped does not. */
function failed(newest: readonly WatchedTraining[]): TrainingFault[] {
  const ended = newest.find(({ state }) => state === "done" || state === "failed");
  if (ended?.state !== "failed") return [];
  const { id } = ended;
  return [
    {
      fault: "failed",
      id,
      explanation: `Training ${id} has failed. Look at \`mlops runs show ${id}\`, correct what it says, and train again.`,
    },
  ];
}

function hanging(newest: readonly WatchedTraining[], maxMinutes: number, now: Date): TrainingFault[] {
  return newest.flatMap(({ id, state, startedAt }) => {
    const minutes = Math.floor((now.getTime() - Date.parse(startedAt)) / minuteMs);
    if ((state !== "running" && state !== "waiting") || minutes <= maxMinutes) return [];
    const what = state === "waiting" ? "has been waiting for a node" : "has been running";
    const explanation = `Training ${id} ${what} for ${counted(minutes, "minute")}; at most ${counted(maxMinutes, "minute")} are allowed. Look at \`mlops runs show ${id}\`, and cancel it if it does nothing.`;
    return [{ fault: "hanging", id, explanation } as const];
  });
}

function overdue(
  newest: readonly WatchedTraining[],
  { everyHours, graceHours }: TrainingLimits,
  now: Date,
): TrainingFault[] {
  if (everyHours === undefined) return [];
  const max = everyHours + graceHours;
  const remedy = "Check whether the schedule is enabled, or run `mlops retrain`.";
  const [last] = newest;
  if (last === undefined || isAhead(last, now)) {
    const dated = last && `; ${last.id} is dated ${last.startedAt}, which has not come`;
    const explanation = `No training is known${dated ?? ""}; one is expected every ${counted(everyHours, "hour")}. ${remedy}`;
    return [{ fault: "overdue", explanation }];
  }
  const hours = Math.floor((now.getTime() - Date.parse(last.startedAt)) / hourMs);
  if (hours <= max) return [];
  const explanation = `The last training, ${last.id}, was begun ${counted(hours, "hour")} ago; one is expected every ${counted(everyHours, "hour")}, at most ${counted(graceHours, "hour")} late. ${remedy}`;
  return [{ fault: "overdue", explanation }];
}

/** What is wrong with the trainings of a model, which may be in any order: a failed one, one that hangs, one that did not happen. */
export function judgeTrainings(
  trainings: readonly WatchedTraining[],
  { limits, now }: { readonly limits: TrainingLimits; readonly now: Date },
): TrainingFault[] {
  const newest = newestFirst(trainings, now);
  return [...failed(newest), ...hanging(newest, limits.maxMinutes, now), ...overdue(newest, limits, now)];
}
