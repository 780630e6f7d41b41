/**
 * Runs the whole lifecycle of both models in a fresh workspace, as a newcomer's first and second run, and prints the time
 * of each and the most memory that all its processes held at one moment. Memory is the proportional set size
 * (shared pages counted once), read from /proc; on other systems it is left out.
 */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { programArguments } from "../build/start-program";

const root = path.join(__dirname, "..");
const goals = { seconds: 20, mebibytes: 500 };

/** Ids of a process and of all below it. */
function processTree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc").filter((entry) => /^\d+$/.test(entry))) {
    const stat = readOrEmpty(`/proc/${name}/stat`);
    parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1] ?? 0));
  }
  const tree = [pid];
  for (const member of tree)
    tree.push(...[...parents].filter(([, parent]) => parent === member).map(([child]) => child));
  return tree;
}

/** A process may end between being listed and being read. */
function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

function memoryMiB(pid: number): number {
  const kibibytes = processTree(pid).map((member) =>
    Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${member}/smaps_rollup`))?.[1] ?? 0),
  );
  return kibibytes.reduce((sum, value) => sum + value, 0) / 1024;
}

async function measure(
  args: string[],
  home: string,
): Promise<{ seconds: number; mebibytes: number; code: number | null }> {
  const started = performance.now();
  const child = spawn(process.execPath, [...programArguments("cli/main.ts"), "lifecycle", "--yes", ...args], {
    cwd: root,
    env: { ...process.env, MLOPS_HOME: home },
    stdio: ["ignore", "ignore", "inherit"],
  });
  let mebibytes = 0;
  const timer = setInterval(() => {
    if (process.platform === "linux" && child.pid !== undefined)
      mebibytes = Math.max(mebibytes, memoryMiB(child.pid));
  }, 100);
  const code = await new Promise<number | null>((resolve) => child.on("exit", resolve));
  clearInterval(timer);
  return { seconds: (performance.now() - started) / 1000, mebibytes, code };
}

async function main(): Promise<void> {
  const home = mkdtempSync(path.join(os.tmpdir(), "mlops-bench-"));
  let passed = true;
  try {
    for (const model of ["diabetes", "titanic"]) {
      for (const run of ["first run", "second run"]) {
        const { seconds, mebibytes, code } = await measure(["--model", model], home);
        const good = code === 0 && seconds < goals.seconds && mebibytes < goals.mebibytes;
        passed &&= good;
        console.log(
          `${model}, ${run}: ${seconds.toFixed(1)} s (goal under ${goals.seconds}), ` +
            `${mebibytes.toFixed(0)} MiB in all processes (goal under ${goals.mebibytes}), exit ${code}: ${good ? "passed" : "MISSED"}`,
        );
      }
    }
  } finally {
    rmSync(home, { recursive: true, force: true });
  }
  process.exitCode = passed ? 0 : 1;
}

void main();
