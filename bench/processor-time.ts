import { readFile } from "node:fs/promises";

/** Clock ticks of Linux in a second (`getconf CLK_TCK`). */
const ticks = 100;

/** Processor time that a process has used so far, in seconds; NaN where the system does not say (not Linux). */
export async function processorSecondsOf(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The second field is the program's name in parentheses; it may itself hold spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11] ?? NaN) + Number(fields[12] ?? NaN)) / ticks;
}
