/** One of the tests of a report. */
export interface TestCase {
  readonly name: string;
  /** How long it took, in milliseconds. */
  readonly tookMs: number;
  /** What is wrong, in short and in full; absent when it passed. */
  readonly failure?: { readonly message: string; readonly text: string };
  /** Why it was not run; absent when it was. */
  readonly skipped?: string;
  /** What else is to be said. */
  readonly output?: string;
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/**
 * A text as XML has it in an attribute or between tags. What XML cannot hold is a space, as each control character is: halves of pairs, U+FFFE and
 * U+FFFF (https://www.w3.org/TR/xml/#charsets).
 */
function escaped(text: string): string {
  return text
    .replaceAll(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, " ")
    .replaceAll(/[&<>"]/g, (one) => entities[one] ?? one);
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3);

function element(suite: string, { name, tookMs, failure, skipped, output }: TestCase): string {
  const wrong =
    failure === undefined
      ? ""
      : `<failure message="${escaped(failure.message)}">${escaped(failure.text)}</failure>`;
  const left = skipped === undefined ? "" : `<skipped message="${escaped(skipped)}"/>`;
  const said = output === undefined ? "" : `<system-out>${escaped(output)}</system-out>`;
  return `    <testcase classname="${escaped(suite)}" name="${escaped(name)}" time="${seconds(tookMs)}">${wrong}${left}${said}</testcase>`;
}

/** Tests as a report in JUnit's form, which CI systems show. */
export function junitReport(suite: string, cases: readonly TestCase[]): string {
  const failures = cases.filter(({ failure }) => failure !== undefined).length;
  const skipped = cases.filter((one) => one.skipped !== undefined).length;
  const tookMs = cases.reduce((sum, one) => sum + one.tookMs, 0);
  const counts = `tests="${cases.length}" failures="${failures}" skipped="${skipped}" time="${seconds(tookMs)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="${escaped(suite)}" ${counts}>`,
    `  <testsuite name="${escaped(suite)}" ${counts}>`,
    ...cases.map((one) => element(suite, one)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}
