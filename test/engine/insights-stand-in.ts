import { nearestRank } from "../../platform/base/quantile";
import { latencyShares, refusalStatuses } from "../../platform/release/deployment";

/** A scoring request that a service has answered. */
export interface Answered {
  readonly time: number;
  /** Version that answered, `name:version`. */
  readonly model: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly predictions: readonly number[];
}

const percentiles = latencyShares;

/** The columns of deploy/azure/insights-samples.ts' query, in its order; p0500 is the median. */
export const sampleColumns = [
  ...["model", "requests", "failures", "refusals", "tests", "testFailures"],
  ...percentiles.map((share) => `p${String(Math.round(1000 * share)).padStart(4, "0")}`),
  ...["count", "total", "squares", "classes"],
];

function rowOf(model: string, answered: readonly Answered[]): unknown[] {
  const rising = Float64Array.from(
    answered.filter(({ status }) => status < 400),
    ({ milliseconds }) => milliseconds,
  ).sort();
  const predictions = answered.flatMap((each) => each.predictions);
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
  return [
    model,
    answered.length,
    answered.filter(({ status }) => status >= 500).length,
    answered.filter(({ status }) => refusalStatuses.includes(status)).length,
    // Here everybody is a client.
    ...[0, 0],
    ...percentiles.map((share) => (rising.length > 0 ? nearestRank(rising, share) : null)),
    predictions.length,
    sum(predictions),
    sum(predictions.map((value) => value ** 2)),
    // Its models have two classes, or numbers.
    null,
  ];
}

/** What Application Insights answers to the query about versions: a table with a row for each that was asked something. */
export function answerQuery(query: string, answered: readonly Answered[]): unknown {
  const since = /timestamp >= datetime\(([^)]+)\)/.exec(query)?.[1];
  const models = /model in \(([^)]+)\)/.exec(query)?.[1];
  if (since === undefined || models === undefined || !query.endsWith(`| project ${sampleColumns.join(", ")}`))
    throw new Error(`this stand-in knows another query than ${query}`);
  const rows = (JSON.parse(`[${models}]`) as string[]).flatMap((model) => {
    const own = answered.filter((each) => each.model === model && each.time >= Date.parse(since));
    return own.length === 0 ? [] : [rowOf(model, own)];
  });
  return { tables: [{ name: "PrimaryResult", columns: sampleColumns.map((name) => ({ name })), rows }] };
}
