import { setTimeout as sleep } from "node:timers/promises";
import { healthPaths } from "../../platform/http/health-paths";
import type { ServiceAccess } from "../../platform/release/target";
import { askService } from "./ask-service";

interface Waiting extends Pick<ServiceAccess, "certificate"> {
  /** How long it takes at most until a new address leads to its service, in milliseconds; 0 asks nothing. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
  /** Between two questions, in milliseconds. */
  readonly pauseMs?: number;
}

/**
 * Waits until an address that may be new is answered, whatever the answer is: names, balancers and certificates take their time
 * to spread. When none comes in time, it returns as well: the test that follows says what is wrong.
 */
export async function untilAnswered(
  url: string,
  { limitMs, signal, certificate, pauseMs = 5000 }: Waiting,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (performance.now() < deadline) {
    const { status } = await askService(`${url}${healthPaths.ready}`, { certificate });
    if (status !== 0) return;
    await sleep(pauseMs, undefined, { signal });
  }
}
