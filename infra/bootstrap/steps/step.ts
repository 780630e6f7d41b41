import { setTimeout as pause } from "node:timers/promises";
import { PlatformError } from "../../../platform/base/errors";

/** State of what a step creates. */
export type State =
  | { readonly status: "exists" }
  | { readonly status: "absent" }
  | { readonly status: "differs"; readonly differences: readonly string[] };

/** One resource that must exist. `create` also corrects differences, and is idempotent. */
export interface Step {
  readonly name: string;
  /** Its purpose, in a few words. */
  readonly describe: string;
  /** Reads only. The result is absent, too, if something from an earlier step that it needs does not exist yet. */
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

/** Describes where `actual` differs from `wanted`; properties that `wanted` does not name are ignored. */
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
  // Azure returns ids and regions in upper or lower case.
  const same =
    typeof wanted === "string" && typeof actual === "string"
      ? wanted.toLowerCase() === actual.toLowerCase()
      : shown(wanted) === shown(actual);
  return same ? [] : [`${path} is ${shown(actual)}, expected ${shown(wanted)}`];
}

/** The state of a resource that, if it exists, must match `wanted`. */
export function stateOf(wanted: unknown, actual: unknown): State {
  if (actual === undefined) return absent;
  const found = differences(wanted, actual);
  return found.length === 0 ? exists : { status: "differs", differences: found };
}

/** What each step would do; reads only. */
export async function plan(steps: readonly Step[]): Promise<PlannedStep[]> {
  const planned: PlannedStep[] = [];
  // In sequence: a step relies on what earlier steps have found.
  for (const step of steps) planned.push({ step, state: await step.find() });
  return planned;
}

const marks: Readonly<Record<State["status"], string>> = {
  exists: "  exists ",
  absent: "+ create ",
  differs: "~ correct",
};

/** Formats the plan for printing. */
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

/** How long to wait until something created becomes visible. */
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
      const found = state.status === "differs" ? state.differences.join("; ") : "it does not exist";
      throw new PlatformError(
        "AZURE_FAILED",
        `${step.name} was created, but is not as requested: ${found}. Something else, such as a policy, may change it back. Stop that, and run the same command again: it resumes here.`,
      );
    }
    await pause(pauseMs);
  }
}

/**
 * Creates what is missing, in order. Each step checks again before it acts, so the next run completes an interrupted one,
 * and what somebody created meanwhile is left alone.
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
