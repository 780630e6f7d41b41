import { setTimeout as pause } from "node:timers/promises";
import { PlatformError } from "../../../platform/base/errors";

/** What there is of what a step makes. */
export type State =
  | { readonly status: "exists" }
  | { readonly status: "absent" }
  | { readonly status: "differs"; readonly differences: readonly string[] };

/** One thing that has to exist. `create` also corrects what differs; to run it twice does no more than once. */
export interface Step {
  readonly name: string;
  /** What it is for, in a few words. */
  readonly describe: string;
  /** Looks, and changes nothing. What it needs of an earlier step that is not there yet makes it absent, too. */
  find(): Promise<State>;
  create(): Promise<void>;
}

export interface PlannedStep {
  readonly step: Step;
  readonly state: State;
}

export const exists: State = { status: "exists" };
export const absent: State = { status: "absent" };

const shown = (value: unknown): string => (value === undefined ? "not set" : JSON.stringify(value));

/** Where `actual` is not as `wanted` says, in words; what `wanted` does not name may be anything. */
export function differences(wanted: unknown, actual: unknown, path = ""): string[] {
  if (Array.isArray(wanted) && Array.isArray(actual) && wanted.length === actual.length) {
    return wanted.flatMap((item, index) => differences(item, actual[index], `${path}[${index}]`));
  }
  if (typeof wanted === "object" && wanted !== null && !Array.isArray(wanted)) {
    const there = (typeof actual === "object" && actual !== null ? actual : {}) as Record<string, unknown>;
    return Object.entries(wanted).flatMap(([key, value]) =>
      differences(value, there[key], path === "" ? key : `${path}.${key}`),
    );
  }
  // Azure answers with ids and regions in letters of either case.
  const same =
    typeof wanted === "string" && typeof actual === "string"
      ? wanted.toLowerCase() === actual.toLowerCase()
      : shown(wanted) === shown(actual);
  return same ? [] : [`${path} is ${shown(actual)}, expected ${shown(wanted)}`];
}

/** The state of something that was asked for and, if it is there, has to be as `wanted`. */
export function stateOf(wanted: unknown, actual: unknown): State {
  if (actual === undefined) return absent;
  const found = differences(wanted, actual);
  return found.length === 0 ? exists : { status: "differs", differences: found };
}

/** What each step would do, found by looking only. */
export async function plan(steps: readonly Step[]): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  // One after the other: a step looks below what an earlier one has found.
  for (const step of steps) planned.push({ step, state: await step.find() });
  return planned;
}

const marks: Readonly<Record<State["status"], string>> = {
  exists: "  exists ",
  absent: "+ create ",
  differs: "~ correct",
};

/** The plan as lines for people. */
export function describePlan(planned: readonly PlannedStep[]): string {
  const width = Math.max(0, ...planned.map(({ step }) => step.name.length));
  const lines = planned.flatMap(({ step, state }) => [
    `${marks[state.status]}  ${step.name.padEnd(width)}  ${step.describe}`,
    ...(state.status === "differs"
      ? state.differences.map((difference) => `             ${difference}`)
      : []),
  ]);
  const counts = (["absent", "differs", "exists"] as const).map(
    (status) => planned.filter(({ state }) => state.status === status).length,
  );
  return `${lines.join("\n")}\n\n${counts[0]} to create, ${counts[1]} to correct, ${counts[2]} exist already.`;
}

/** How long something made may take to be seen. */
export interface SettleTiming {
  readonly attempts: number;
  readonly pauseMs: number;
}

export const settleTiming: SettleTiming = { attempts: 20, pauseMs: 3000 };

async function settled(step: Step, { attempts, pauseMs }: SettleTiming): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const state = await step.find();
    if (state.status === "exists") return;
    if (attempt >= attempts) {
      const found = state.status === "differs" ? state.differences.join("; ") : "it is not there";
      throw new PlatformError(
        "AZURE_FAILED",
        `${step.name} was made, but is not as it should be: ${found}. Expected what was asked for. Something else may change it back, as a policy does; see to that, and run the same command again: it goes on from here.`,
      );
    }
    await pause(pauseMs);
  }
}

/**
 * Makes what is not there, in order. Each step looks again before it acts, so that a run that was stopped anywhere is
 * completed by the next one, and what somebody made meanwhile is left alone.
 */
export async function carryOut(
  steps: readonly Step[],
  report: (line: string) => void,
  timing: SettleTiming = settleTiming,
): Promise<number> {
  let changed = 0;
  for (const step of steps) {
    if ((await step.find()).status === "exists") continue;
    await step.create();
    await settled(step, timing);
    changed += 1;
    report(`✔ ${step.name}`);
  }
  return changed;
}
