import { argumentsOf, parentOf } from "../../platform/base/process-identity";

/** Interval for checking whether npm is still running, in milliseconds. */
const pollMs = 500;

/** What is known of the processes above this one. */
export interface ProcessTable {
  readonly parentOf: (pid: number) => number | undefined;
  readonly argumentsOf: (pid: number) => readonly string[] | undefined;
}

/**
 * npm, where it runs a script by a shell that is there as well (`sh -c <script>`); some shells make room for the script instead. Nothing
 * where the system does not tell. What is above npm is nobody's business: `nohup npm start` outlives its terminal.
 */
export function npmAbove(parent: number, table: ProcessTable): number | undefined {
  const isShell = table.argumentsOf(parent)?.[1] === "-c";
  return isShell ? table.parentOf(parent) : undefined;
}

/**
 * Calls `lost` when npm has ended, or the shell in which it runs a script. The shell passes no signal on, and killing npm does not kill
 * its children: this program would keep serving as an orphan.
 */
export function onLostNpm(lost: () => void): void {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const npm = npmAbove(parent, { parentOf, argumentsOf });
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || parentOf(parent) === npm)) return;
    clearInterval(timer);
    lost();
  }, pollMs);
  timer.unref();
}
