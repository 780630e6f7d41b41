import type { Settings } from "../settings/settings";

type TargetName = Settings<"cli">["target"];

/** What differs between targets before one is opened; `Target` says the rest. */
export interface Place {
  /**
   * What environments are: processes of this machine, or stacks, whose outputs say where versions, records, logs and the audit
   * trail are.
   */
  readonly environments: "processes" | "stacks";
  /** What a training is: a run of this machine, or a job of the stack that trains. */
  readonly trainings: "runs" | "jobs";
  /** Whether a folder of the machine that works there is there the next time: agents of pipelines begin without any. */
  readonly keepsFolders: boolean;
}

/** The one place that knows targets by their names. */
const places: Readonly<Record<TargetName, Place>> = {
  local: { environments: "processes", trainings: "runs", keepsFolders: true },
  azure: { environments: "stacks", trainings: "jobs", keepsFolders: false },
};

/** This machine is first: it is where a command works that is told nothing. */
export const targetNames = Object.keys(places) as [TargetName, ...TargetName[]];

export function placeOf(target: TargetName): Place {
  return places[target];
}
