import type { ModelDefinition } from "../../platform/definition/definition";
import type { MetricName } from "../../platform/definition/metric-names";
import { bootstrapMetric } from "../../platform/gate/improvement-interval";
import { computeMetric } from "../../platform/metrics/compute-metrics";
import type { ScoredRows } from "../../platform/metrics/evaluation";
import { pickRows } from "../../platform/metrics/pick-rows";
import { groupRows } from "../../platform/metrics/row-groups";
import type { ModelMetrics } from "../../platform/model/model-directory";
import type { SqlEngine } from "../../platform/sql/engine";
import { sliceGroups, type Slice } from "./slices";

type HeldOut = ModelMetrics["heldOut"];
type Analysis = Required<Pick<HeldOut, "intervals">> & Pick<HeldOut, "slices">;

/** Groups of a slice that are measured: those with most rows. */
const maxGroups = 50;

/** Slices of the gate and of the card, each column once; what a personal column holds is in no model directory. */
export function analysedSlices({
  columns,
  gate,
  card,
}: Pick<ModelDefinition, "columns" | "gate" | "card">): Slice[] {
  const personal = new Set(columns.flatMap(({ name, personal: is }) => (is === true ? [name] : [])));
  const byColumn = new Map<string, Slice>();
  for (const { column, at } of [...gate.slices, ...(card?.slices ?? [])]) {
    if (!personal.has(column) && !byColumn.has(column)) byColumn.set(column, { column, ...(at && { at }) });
  }
  return [...byColumn.values()];
}

/** An interval without the count of its resamples. */
function intervalOf(rows: ScoredRows, metric: MetricName, { gate, split }: ModelDefinition) {
  const interval = bootstrapMetric({ rows, metric, level: gate.confidence, seed: split.seed });
  return interval && { level: interval.level, low: interval.low, high: interval.high };
}

/**
 * How sure the held-out rows make the metrics that the gate decides by, and how the gate's metric is in groups of them: each by itself, so
 * that among twenty groups one interval of 95 % misses its mark.
 */
export async function analyseHeldOut(
  engine: SqlEngine,
  definition: ModelDefinition,
  heldOut: ScoredRows,
): Promise<Analysis> {
  const { metric, floors } = definition.gate;
  const intervals: NonNullable<HeldOut["intervals"]> = {};
  for (const name of new Set([metric, ...floors.map((floor) => floor.metric)])) {
    const interval = intervalOf(heldOut, name, definition);
    if (interval) intervals[name] = interval;
  }
  const slices: NonNullable<HeldOut["slices"]> = [];
  for (const { column, groups } of await sliceGroups(engine, analysedSlices(definition))) {
    const measured = groupRows(groups);
    const largest = new Set(measured.toSorted(([, a], [, b]) => b.length - a.length).slice(0, maxGroups));
    for (const group of measured.filter((each) => largest.has(each))) {
      const [value, positions] = group;
      const rows = pickRows(heldOut, positions);
      const ofGroup = computeMetric(metric, rows);
      const interval = ofGroup === undefined ? undefined : intervalOf(rows, metric, definition);
      slices.push({
        column,
        value,
        rows: positions.length,
        ...(ofGroup !== undefined && { metric: ofGroup }),
        ...(interval && { interval }),
      });
    }
  }
  return { intervals, ...(slices.length > 0 && { slices }) };
}
