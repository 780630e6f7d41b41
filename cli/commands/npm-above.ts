import { argumentsOf, parentOf } from "../../platform/base/process-identity";

/** How often it is looked whether npm is still there, in milliseconds. */
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
 * Tells when npm has gone, or the shell that it runs a script in. The shell passes no signal on, and npm that is killed takes nobody with
 * it: the program would go on, and serve, as nobody's child.
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
