import type { Outcome } from "./trial";

/** What became of one trial. */
export interface TriedTrial extends Outcome {
  readonly name: string;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** A text as XML has it in an attribute or between tags; control characters, most of which XML cannot hold at all, are spaces. */
function escaped(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ").replaceAll(/[&<>"]/g, (one) => entities[one] ?? one);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function testCase({ name, tookMs, done, found, faults }: TriedTrial): string {
  const failure =
    faults.length === 0 ? "" : `<failure message="${escaped(faults.join("; "))}">${escaped(found)}</failure>`;
  return `    <testcase classname="nightly" name="${escaped(name)}" time="${seconds(tookMs)}">${failure}<system-out>${escaped(`${done}: ${found}`)}</system-out></testcase>`;
}

/** The trials as a report in JUnit's form, which CI systems show. */
export function junitReport(trials: readonly TriedTrial[]): string {
  const failures = trials.filter(({ faults }) => faults.length > 0).length;
  const tookMs = trials.reduce((sum, trial) => sum + trial.tookMs, 0);
  const counts = `tests="${trials.length}" failures="${failures}" time="${seconds(tookMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="nightly" ${counts}>`,
    `  <testsuite name="nightly" ${counts}>`,
    ...trials.map(testCase),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}
