/** The result of a check, and the command that fixes it. */
export interface Finding {
  readonly check: string;
  /** "unknown": the check could not run; another finding may say why. */
  readonly status: "ok" | "failed" | "unknown";
  readonly says: string;
  readonly mend?: string;
}

export const ok = (check: string, says: string): Finding => ({ check, status: "ok", says });

export const failed = (check: string, says: string, mend: string): Finding => ({
  check,
  status: "failed",
  says,
  mend,
});

const marks = { ok: "✔", failed: "✖", unknown: "?" } as const;

/** Formats findings for printing, with the command to run below each fault. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, status, says, mend }) => [
    `${marks[status]} ${check.padEnd(width)}  ${says}`,
    ...(mend === undefined ? [] : [`  ${" ".repeat(width)}  → ${mend}`]),
  ]);
  const faults = findings.filter(({ status }) => status === "failed").length;
  return `${lines.join("\n")}\n\n${faults === 0 ? "No problems found." : `${faults} ${faults === 1 ? "problem" : "problems"} to fix.`}`;
}
