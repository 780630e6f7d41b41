import type { DeploymentEvent } from "../../platform/release/deployment";

/** An update of a stack, as Pulumi's history has it. */
export interface PastUpdate {
  readonly kind: string;
  readonly result: string;
  readonly message: string;
  readonly startTime: Date;
  readonly endTime?: Date;
}

/** The update's message: Pulumi keeps it with the update, and so it is the record of the releases. */
export function messageOf({ action, model, detail }: DeploymentEvent): string {
  return `mlops ${action} ${model}${detail === undefined ? "" : ` (${detail})`}`;
}

const pattern = /^mlops (deploy|weight|promote|rollback) (\S+)(?: \((.*)\))?$/;

/** Releases among the updates of a stack, which come newest first; oldest first. Updates that failed have released nothing. */
export function eventsOf(updates: readonly PastUpdate[]): DeploymentEvent[] {
  return updates
    .flatMap(({ kind, result, message, startTime, endTime }): DeploymentEvent[] => {
      const match = pattern.exec(message);
      if (match === null || kind !== "update" || result !== "succeeded") return [];
      const [, action, model = "", detail] = match;
      return [
        {
          time: (endTime ?? startTime).toISOString(),
          action: action as DeploymentEvent["action"],
          model,
          ...(detail !== undefined && { detail }),
        },
      ];
    })
    .reverse();
}
