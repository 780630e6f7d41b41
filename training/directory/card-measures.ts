import { formatNumber } from "../../platform/base/format-number";
import { percent } from "../../platform/base/wording";
import { metrics as metricFacts, metricNames } from "../../platform/definition/metric-names";
import type { CardFacts } from "./card-facts";
import { markdownTable, markdownText } from "./markdown-text";

interface ShownInterval {
  readonly low: number;
  readonly high: number;
}

const show = (value: number | undefined): string => (value === undefined ? "" : formatNumber(value));
const showInterval = (interval: ShownInterval | undefined): string =>
  interval ? `${formatNumber(interval.low)} to ${formatNumber(interval.high)}` : "";

/** Every metric, on the held-out rows with its interval where the gate decides by it, and on the training rows. */
export function metricTable({ definition, metrics: { heldOut, training } }: CardFacts): string {
  const names = metricNames.filter(
    (name) => heldOut.metrics[name] !== undefined || training.metrics[name] !== undefined,
  );
  const level = percent(definition.gate.confidence);
  return markdownTable(
    [
      "Metric",
      `Held out (${heldOut.rows} rows)`,
      `${level} interval`,
      `Training (${training.rows} rows)`,
      "Meaning",
    ],
    names.map((name) => [
      name,
      show(heldOut.metrics[name]),
      showInterval(heldOut.intervals?.[name]),
      show(training.metrics[name]),
      `${metricFacts[name].description}; ${metricFacts[name].better} is better`,
    ]),
  );
}

/** The gate's metric by groups of held-out rows, which shows for whom the model is worse. */
export function sliceTable({ definition, metrics: { heldOut } }: CardFacts): string {
  const { metric, confidence } = definition.gate;
  const { slices = [] } = heldOut;
  if (slices.length === 0)
    return "Not stated: the definition names no slices (`gate.slices`, `card.slices`) that may be shown.";
  const table = markdownTable(
    ["Column", "Group", "Held-out rows", metric, `${percent(confidence)} interval`],
    slices.map(({ column, value, rows, metric: own, interval }) => [
      column,
      value,
      String(rows),
      own === undefined ? "cannot be computed" : show(own),
      showInterval(interval),
    ]),
  );
  return `Each interval stands by itself: among many groups, some miss their mark by chance. Rows that lack a value are in no group.\n\n${table}`;
}

/** The energy of training as far as it can be estimated, with what the estimate rests on. */
export function energyText({ definition, lineage }: CardFacts): string {
  const { cpuSeconds } = lineage;
  const power = definition.card?.power;
  if (cpuSeconds === undefined)
    return "Not stated: a program of its own has trained it, whose processor time is not known.";
  const time = `Training took ${formatNumber(cpuSeconds)} s of processor time.`;
  if (power === undefined)
    return `${time} Its energy is not stated, as the definition has no \`card.power\`.`;
  const wattHours = (cpuSeconds * power.wattsPerCore) / 3600;
  return `${time} At ${formatNumber(power.wattsPerCore)} W for a busy core (${markdownText(power.source)}) that is an estimate of ${formatNumber(wattHours)} Wh, without cooling, idle time, storage and network.`;
}
