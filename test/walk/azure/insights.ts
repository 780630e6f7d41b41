import { nearestRank } from "../../../platform/base/quantile";
import { latencyShares, refusalStatuses } from "../../../platform/release/deployment";
import { sendJson } from "../../platform/http/http-server";
import { chosenAttribute, markAttribute } from "../../../scoring/telemetry/mark-attribute";
import { sampleColumns } from "../../engine/insights-stand-in";
import type { Call } from "./call";
import type { PlayedEntra } from "./entra";
import type { StackFacts } from "./stack-facts";

/** An item as exporters send it (Application Insights' ingestion API, v2.1). */
interface Envelope {
  readonly time: string;
  readonly iKey?: string;
  readonly instrumentationKey?: string;
  readonly data: {
    readonly baseType: string;
    readonly baseData: {
      readonly name?: string;
      readonly duration?: string;
      readonly responseCode?: string;
      readonly metrics?: readonly { readonly name: string; readonly value: number }[];
      readonly properties?: Readonly<Record<string, string>>;
    };
  };
  readonly sampleRate?: number;
}

interface Asked {
  readonly key: string;
  readonly time: number;
  readonly model: string;
  readonly name: string;
  readonly status: number;
  readonly milliseconds: number;
  readonly isTest: boolean;
  readonly count: number;
}

interface Summed {
  readonly key: string;
  readonly time: number;
  readonly model: string;
  readonly name: string;
  readonly value: number;
}

/** `d.hh:mm:ss.fffffff` in milliseconds. */
function milliseconds(duration = ""): number {
  const [, days = "0", hours = "0", minutes = "0", seconds = "0"] =
    /^(?:(\d+)\.)?(\d+):(\d+):([\d.]+)$/.exec(duration) ?? [];
  return ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1000;
}

const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);

/** Keeps what services send, and answers the one query that a release asks, from nothing else. */
export class PlayedInsights {
  private readonly asked: Asked[] = [];
  private readonly summed: Summed[] = [];

  constructor(
    private readonly entra: PlayedEntra,
    private readonly facts: () => readonly StackFacts[],
  ) {}

  /** The query API of a component. */
  answerQuery({ request, url: { pathname }, body, response }: Call): void {
    if (this.entra.clientOf(request, ["https://api.applicationinsights.io"]) === undefined)
      return sendJson(response, 401, { error: { code: "AuthorizationRequiredError", message: "no token" } });
    const components = this.facts().flatMap(({ insights }) => insights);
    const component = components.find(({ appId }) => pathname === `/v1/apps/${appId}/query`);
    if (component === undefined)
      return sendJson(response, 404, { error: { code: "PathNotFoundError", message: pathname } });
    const { query } = JSON.parse(body) as { query: string };
    sendJson(response, 200, this.answer(query, component.key));
  }

  /** Components take nothing without a token: the stacks have switched their keys off. */
  takeItems({ request, body, response }: Call): void {
    if (this.entra.clientOf(request, ["https://monitor.azure.com"]) === undefined)
      return sendJson(response, 401, { itemsReceived: 0, itemsAccepted: 0, errors: [] });
    const count = this.take(body);
    sendJson(response, 200, { itemsReceived: count, itemsAccepted: count, errors: [] });
  }

  /** Takes items in: a list, or one on each line. Returns how many. */
  private take(body: string): number {
    const envelopes = (
      body.trimStart().startsWith("[")
        ? JSON.parse(body)
        : body
            .split("\n")
            .filter((line) => line !== "")
            .map((line) => JSON.parse(line) as unknown)
    ) as Envelope[];
    for (const envelope of envelopes) this.keep(envelope);
    return envelopes.length;
  }

  /** Requests of a version that a component has been told of. */
  requestsOf(model: string): number {
    return total(this.asked.filter((each) => each.model === model).map(({ count }) => count));
  }

  private keep({ time, iKey, instrumentationKey, data, sampleRate = 100 }: Envelope): void {
    const { name = "", duration, responseCode, metrics = [], properties = {} } = data.baseData;
    const at = { key: iKey ?? instrumentationKey ?? "", time: Date.parse(time) };
    const model = properties["mlops.model"] ?? "";
    if (data.baseType === "RequestData" && properties[chosenAttribute] === undefined) {
      const status = Number(responseCode);
      const isTest = (properties[markAttribute] ?? "") !== "";
      const count = 100 / sampleRate;
      this.asked.push({ ...at, model, name, status, milliseconds: milliseconds(duration), isTest, count });
    }
    for (const metric of metrics) this.summed.push({ ...at, model, name: metric.name, value: metric.value });
  }

  /** A table with a row for each version that was asked something. */
  private answer(query: string, key: string): unknown {
    const since = Date.parse(/timestamp >= datetime\(([^)]+)\)/.exec(query)?.[1] ?? "");
    const models = JSON.parse(`[${/model in \(([^)]+)\)/.exec(query)?.[1] ?? ""}]`) as string[];
    const names = new RegExp(/matches regex @"([^"]+)"/.exec(query)?.[1] ?? "(?!)");
    if (
      Number.isNaN(since) ||
      models.length === 0 ||
      !query.endsWith(`| project ${sampleColumns.join(", ")}`)
    )
      throw new Error(`this component knows another query than ${query}`);
    const rows = models.flatMap((model) => {
      const own = (each: { key: string; model: string; time: number }): boolean =>
        each.key === key && each.model === model && each.time >= since;
      const asked = this.asked.filter((each) => own(each) && names.test(each.name));
      return asked.length === 0 ? [] : [rowOf(model, asked, this.summed.filter(own))];
    });
    return { tables: [{ name: "PrimaryResult", columns: sampleColumns.map((name) => ({ name })), rows }] };
  }
}

function rowOf(model: string, asked: readonly Asked[], summed: readonly Summed[]): unknown[] {
  const counted = (matches: (each: Asked) => boolean): number =>
    total(asked.filter(matches).map(({ count }) => count));
  const rising = Float64Array.from(
    asked.filter(({ status }) => status < 400),
    (each) => each.milliseconds,
  ).sort();
  const sum = (name: string): number =>
    total(summed.filter((each) => each.name === `mlops.predictions${name}`).map(({ value }) => value));
  const hasPredictions = summed.some(({ name }) => name === "mlops.predictions");
  return [
    model,
    counted(() => true),
    counted(({ status }) => status >= 500),
    counted(({ status, isTest }) => refusalStatuses.includes(status) && !isTest),
    counted(({ isTest }) => isTest),
    counted(({ status, isTest }) => status >= 500 && isTest),
    ...latencyShares.map((share) => (rising.length > 0 ? nearestRank(rising, share) : null)),
    ...(hasPredictions
      ? [sum(""), sum(".above_zero") - sum(".below_zero"), sum(".squares")]
      : [null, null, null]),
    // The model of the walk says numbers.
    null,
  ];
}
