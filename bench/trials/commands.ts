import { spawn } from "node:child_process";
import path from "node:path";
import type { Outcome, Trial } from "./trial";

const root = path.join(__dirname, "..", "..");

/** What a program of this folder printed, and how it ended. */
interface Ended {
  /** Null where a signal ended it. */
  readonly code: number | null;
  readonly output: string;
}

async function runProgram(program: string, args: readonly string[], home: string): Promise<Ended> {
  const child = spawn(process.execPath, ["--require", "tsx/cjs", `bench/${program}`, ...args], {
    cwd: root,
    env: { ...process.env, MLOPS_HOME: home },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on("close", resolve));
  return { code, output };
}

/** The lines that say what failed or, without any, how a program ended that did not pass. */
export function outcomeOf({ code, output }: Ended, failed: RegExp): Pick<Outcome, "found" | "faults"> {
  const lines = output
    .trim()
    .split("\n")
    .map((line) => line.trim().replaceAll(/\s+/g, " "));
  const faults = lines.filter((line) => failed.test(line));
  const last = lines.findLast((line) => /\d/.test(line) && !line.startsWith("|")) ?? "";
  // Where it has left a page is nobody's business elsewhere: the folder is gone.
  const told = last.replace(/ The page: .*$/, "");
  if (code === 0) return { found: told, faults: [] };
  return { found: told, faults: faults.length > 0 ? faults : [`it ended with ${code}`] };
}

/** The story of the loop after a release, once, however long it takes. */
export const driftStory: Trial = {
  name: "npm run demo:drift",
  takesItsTime: true,
  async run(folder) {
    const ended = await runProgram("demo-drift.ts", [], folder);
    const told = ended.output.split("\n").filter((line) => /^\s*[✔✖]/.test(line)).length;
    return { done: `${told} events`, ...outcomeOf(ended, /^✖/) };
  },
};

/** Milliseconds for each trial of half an hour, in which all runs are played; of less time, as many fewer. */
const wholeMs = 225_000;
const allRuns = 1000;
const minRuns = 20;

/** The goals of gate, canary and watching, by simulation: in parts, as a CI system takes ten silent minutes for a program that hangs. */
export const decisionGoals: readonly Trial[] = [
  "retraining",
  "weeks",
  "laptop",
  "20 a minute",
  "200 a minute",
].map((part) => ({
  name: `npm run simulate:decisions, ${part}`,
  takesItsTime: true,
  async run(folder, durationMs) {
    const runs = Math.min(allRuns, Math.max(minRuns, Math.round((allRuns * durationMs) / wholeMs)));
    const ended = await runProgram("decisions.ts", ["--runs", String(runs), "--only", `${part}:`], folder);
    return { done: `${runs} runs of each`, ...outcomeOf(ended, /\bmissed\b[^|]*\|$/) };
  },
}));
