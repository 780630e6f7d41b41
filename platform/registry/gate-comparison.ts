import { z } from "zod";
import { formatNumber } from "../base/format-number";
import { counted } from "../base/wording";
import { metricNames } from "../definition/metric-names";
import { intervalSchema, type PromotionDecision } from "../metrics/evaluation";
import { readJsonTag, shortFigure } from "./json-tag";

/** Tag of a version that was compared with a champion: who looks at it elsewhere has no `decision.json`. */
export const comparisonTag = "comparison";

const schema = z.object({
  metric: z.enum(metricNames),
  candidate: z.number(),
  /** The version that the gate compared with, `name:version`, and its figure on the same rows. */
  champion: z.object({ model: z.string(), value: z.number() }),
  /** How much better the candidate was (positive = better), in units of the metric; its interval is absent of too few rows. */
  improvement: z.number(),
  interval: intervalSchema.exactOptional(),
  /** How much worse the champion was than when it was registered, with the figure of then; only where its rows were new to it. */
  fall: intervalSchema.extend({ registered: z.number() }).exactOptional(),
  /** Held-out rows that both were measured on. */
  rows: z.number().int().min(0),
});

/** What the gate found when it compared a version with the champion. */
export type GateComparison = Readonly<z.output<typeof schema>>;

type Decided = Pick<
  PromotionDecision,
  "metric" | "candidate" | "champion" | "improvement" | "interval" | "championFall" | "rows"
>;

const shortInterval = ({ level, low, high }: z.output<typeof intervalSchema>) => ({
  level,
  low: shortFigure(low),
  high: shortFigure(high),
});

/** The tag's text; undefined where nothing was compared. Figures have four digits. */
export function formatComparison({
  metric,
  candidate,
  champion,
  improvement,
  interval,
  championFall,
  rows,
}: Decided): string | undefined {
  if (candidate === undefined || champion?.value === undefined || improvement === undefined) return undefined;
  const comparison: GateComparison = {
    metric,
    candidate: shortFigure(candidate),
    champion: { model: champion.model, value: shortFigure(champion.value) },
    improvement: shortFigure(improvement),
    ...(interval && { interval: shortInterval(interval) }),
    ...(championFall && {
      fall: { ...shortInterval(championFall.interval), registered: shortFigure(championFall.registered) },
    }),
    rows,
  };
  return JSON.stringify(comparison);
}

/** What a version's tags say of it; nothing where there was no champion, or they cannot be read. */
export function findComparison(tags: Readonly<Record<string, string>>): GateComparison | undefined {
  return readJsonTag(tags, comparisonTag, schema);
}

const between = ({ level, low, high }: z.output<typeof intervalSchema>): string =>
  `${formatNumber(level * 100)} % interval ${formatNumber(low)} to ${formatNumber(high)}`;

/** The two figures, on which rows, and what is between them, with its interval. */
export function describeGateComparison(comparison: GateComparison): string {
  const { metric, candidate, champion, improvement, interval, fall, rows } = comparison;
  const verdict =
    improvement > 0
      ? `better by ${formatNumber(improvement)}`
      : improvement < 0
        ? `worse by ${formatNumber(-improvement)}`
        : "no difference";
  const range = interval === undefined ? "no interval: too few rows" : between(interval);
  const fell =
    fall === undefined
      ? ""
      : `; ${champion.model} was worse than the ${formatNumber(fall.registered)} of its registration by ${formatNumber(fall.low)} to ${formatNumber(fall.high)}`;
  return `${metric} ${formatNumber(candidate)} against ${formatNumber(champion.value)} of ${champion.model} on ${counted(rows, "held-out row")}: ${verdict} (${range})${fell}`;
}
