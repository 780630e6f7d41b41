import { z } from "zod";
import { identityTokens } from "../../platform/azure/credentials";
import { HttpClient } from "../../platform/http/http-client";
import type { Failure } from "../../platform/http/remote-error";
import type { RetryTiming } from "../../platform/http/retries";
import { latencyShares, refusalStatuses, type TrackSample } from "../../platform/release/deployment";
import { predictingRoutes } from "../../scoring/dialects/find-dialect";
import { chosenAttribute, markAttribute } from "../../scoring/telemetry/mark-attribute";
import type { TrackSamples } from "./track-samples";

export interface InsightsOptions {
  /** The component's `appId`. */
  readonly appId: string;
  /** Origin of the query API. */
  readonly origin?: string;
  /** Gives a token for it; by default one of the identity of this process. */
  readonly token?: () => Promise<string>;
  readonly timing?: Partial<RetryTiming>;
}

const publicOrigin = "https://api.applicationinsights.io";

/** Names of the requests that predict, in all dialects; others are no part of a sample. */
const predicting = `^(${predictingRoutes
  .map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, "[^/]+")}`)
  .join("|")})$`;

/** The percentiles that are asked for, in the order of their names. */
const latencies = latencyShares.map((share) => ({
  share,
  name: `p${String(Math.round(1000 * share)).padStart(4, "0")}`,
}));

/** The counts that are asked for, by their names; a smoke test asks for a refusal, so that no test's is counted. */
const counts = {
  requests: "true",
  failures: "code >= 500",
  refusals: `code in (${refusalStatuses.join(", ")}) and not(isTest)`,
  tests: "isTest",
  testFailures: "code >= 500 and isTest",
};

/**
 * Requests and predictions of each version. A span has the version as `mlops.model`; items that were sampled away count by
 * `itemCount`. Of predictions there are sums, of more than two classes counts (scoring/telemetry/prediction-meter.ts).
 */
function queryOf(since: Date, models: readonly string[]): string {
  const versions = models.map((model) => JSON.stringify(model)).join(", ");
  const seen = `where timestamp >= datetime(${since.toISOString()}) | extend model = tostring(customDimensions["mlops.model"]) | where model in (${versions})`;
  const sum = (name: string): string => `sumif(valueSum, name == "mlops.predictions${name}")`;
  const percentiles = latencies.map(({ name }) => name).join(", ");
  return [
    `let asked = requests | ${seen} | where name matches regex @"${predicting}" and isempty(tostring(customDimensions["${chosenAttribute}"]))`,
    `| extend code = toint(resultCode), isTest = isnotempty(tostring(customDimensions["${markAttribute}"]));`,
    `let answered = asked | where code < 400 | summarize (${percentiles}) = percentilesw(duration, itemCount, ${latencies.map(({ share }) => 100 * share).join(", ")}) by model;`,
    `let predicted = customMetrics | ${seen}`,
    `| summarize count = ${sum("")}, total = ${sum(".above_zero")} - ${sum(".below_zero")}, squares = ${sum(".squares")} by model;`,
    `let classed = customMetrics | ${seen} | where name == "mlops.predictions.class"`,
    `| summarize n = sum(valueSum) by model, class = tostring(customDimensions["mlops.class"])`,
    "| summarize classes = tostring(make_list(bag_pack('name', class, 'count', n), 10000)) by model;",
    `asked | summarize ${Object.entries(counts)
      .map(([name, condition]) => `${name} = sumif(itemCount, ${condition})`)
      .join(", ")} by model`,
    "| join kind=leftouter answered on model | join kind=leftouter predicted on model | join kind=leftouter classed on model",
    `| project model, ${Object.keys(counts).join(", ")}, ${percentiles}, count, total, squares, classes`,
  ].join(" ");
}

const number = z.number().nullable();
/** A list as text; empty where no class was counted. */
const classesSchema = z
  .string()
  .nullish()
  .transform((text) =>
    text === undefined || text === null || text === "" ? [] : (JSON.parse(text) as unknown),
  )
  .pipe(z.array(z.object({ name: z.string(), count: z.number() })));
const rowSchema = z.object({
  model: z.string(),
  requests: z.number(),
  failures: z.number(),
  refusals: z.number(),
  tests: z.number(),
  testFailures: z.number(),
  count: number,
  total: number,
  squares: number,
  classes: classesSchema,
  ...Object.fromEntries(latencies.map(({ name }) => [name, number])),
});
const tablesSchema = z.object({
  tables: z
    .array(
      z.object({ columns: z.array(z.object({ name: z.string() })), rows: z.array(z.array(z.unknown())) }),
    )
    .min(1),
});

/** The latencies of a row; none where no request was answered. */
function latenciesOf(row: z.output<typeof rowSchema>): Pick<TrackSample, "latencyMs" | "latencyQuantiles"> {
  const found: Readonly<Record<string, unknown>> = row;
  const quantiles = latencies.flatMap(({ share, name }) => {
    const ms = found[name];
    return typeof ms === "number" ? [{ share, ms }] : [];
  });
  const at = (wanted: number): number | undefined => quantiles.find(({ share }) => share === wanted)?.ms;
  const [p50, p95, p99] = [at(0.5), at(0.95), at(0.99)];
  if (p50 === undefined || p95 === undefined || p99 === undefined) return {};
  return { latencyMs: { p50, p95, p99 }, latencyQuantiles: quantiles };
}

function sampleOf(row: z.output<typeof rowSchema>): TrackSample {
  const { requests, failures, refusals, tests, testFailures, count, total, squares, classes } = row;
  const mean = count !== null && total !== null && count > 0 ? total / count : undefined;
  return {
    requests,
    failures,
    ...(refusals > 0 && { refusals }),
    ...(tests > 0 && { tests: { requests: tests, failures: testFailures } }),
    ...latenciesOf(row),
    ...(classes.length > 0 && { classes }),
    ...(mean !== undefined &&
      count !== null && {
        predictions: {
          count,
          mean,
          // Rounding may take a variance of zero below it.
          standardDeviation: Math.sqrt(Math.max(0, (squares ?? 0) / count - mean ** 2)),
        },
      }),
  };
}

/** The rows of the first table, as objects. */
function rowsOf({ tables: [table] }: z.output<typeof tablesSchema>): unknown[] {
  const names = table?.columns.map(({ name }) => name) ?? [];
  return (table?.rows ?? []).map((row) => Object.fromEntries(names.map((name, index) => [name, row[index]])));
}

const answerSchema = tablesSchema.transform(rowsOf).pipe(z.array(rowSchema));

function remedy({ status }: Failure): string {
  return status === 401 || status === 403
    ? 'Expected an identity with the role Monitoring Reader on it. Run "az login", or ask for the role.'
    : "Try again in a minute.";
}

/** Samples from Application Insights, by its REST query API. What was sent a minute or two ago may not be in it yet. */
export class InsightsSamples implements TrackSamples {
  private readonly client: HttpClient;

  constructor(private readonly options: InsightsOptions) {
    const tokens = identityTokens({
      code: "DEPLOYMENT_FAILED",
      message:
        'No Azure identity was found that may read Application Insights. Expected one with the role Monitoring Reader. Run "az login".',
    });
    this.client = new HttpClient({
      name: "Application Insights",
      code: "DEPLOYMENT_FAILED",
      token: options.token ?? (() => tokens("insights")),
      timing: options.timing,
      remedy,
    });
  }

  async since(time: Date, models: readonly string[]): Promise<ReadonlyMap<string, TrackSample>> {
    const { appId, origin = publicOrigin } = this.options;
    const rows = await this.client.call({
      what: "Reading how the versions answer",
      method: "POST",
      url: `${origin}/v1/apps/${encodeURIComponent(appId)}/query`,
      body: { query: queryOf(time, models) },
      answer: answerSchema,
      idempotent: true,
    });
    return new Map(rows.map((row) => [row.model, sampleOf(row)]));
  }
}
