import { setTimeout as pause } from "node:timers/promises";
import { missingRoleCode, missingRolePauseMs } from "../../platform/azure/missing-roles";

export interface RepeatedUpdate {
  /** Errors that the engine reported in the last attempt. */
  readonly faultsOf: () => readonly string[];
  readonly signal?: AbortSignal | undefined;
  readonly report?: ((line: string) => void) | undefined;
  readonly pauseMs?: number;
}

/**
 * Updates what serves, and once more after a pause if the first attempt failed for want of a role, because a new role assignment
 * takes minutes to be in effect.
 */
export async function repeatedForRoles<T>(
  update: () => Promise<T>,
  { faultsOf, signal, report, pauseMs = missingRolePauseMs }: RepeatedUpdate,
): Promise<T> {
  try {
    return await update();
  } catch (error) {
    const missing = missingRoleCode(faultsOf().join("\n"));
    if (missing === undefined || signal?.aborted) throw error;
    report?.(
      `Azure refused a part of the update (${missing}). If its roles are new, they take minutes to be in effect: it is repeated once, in ${Math.ceil(pauseMs / 1000)} s.`,
    );
    await pause(pauseMs, undefined, signal && { signal });
    return update();
  }
}
