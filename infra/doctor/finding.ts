/** What one check has found, and the command that mends it. */
export interface Finding {
  readonly check: string;
  /** "unknown": it could not be looked at, for a reason that another finding may have. */
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

/** Findings as lines for people, with what to type below each fault. */
export function describeFindings(findings: readonly Finding[]): string {
  const width = Math.max(0, ...findings.map(({ check }) => check.length));
  const lines = findings.flatMap(({ check, status, says, mend }) => [
    `${marks[status]} ${check.padEnd(width)}  ${says}`,
    ...(mend === undefined ? [] : [`  ${" ".repeat(width)}  → ${mend}`]),
  ]);
  const faults = findings.filter(({ status }) => status === "failed").length;
  return `${lines.join("\n")}\n\n${faults === 0 ? "Nothing is in the way." : `${faults} to mend.`}`;
}
