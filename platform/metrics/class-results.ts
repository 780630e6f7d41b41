import type { ClassNames } from "../definition/class-names";
import { countLabels, f1ByClass, labelsOf } from "./class-labels";
import { precisionRecallCurve, rocCurve } from "./classification-curves";
import type { ClassResults, ScoredRows } from "./evaluation";
import { thinCurve } from "./measure-curves";
import { oneAgainstRest } from "./rank-metrics";
import { areaUnderRoc, rankRows, weighByScore } from "./ranks";

/** Classes of which curves are kept: those with most rows. */
const maxCurves = 12;

/** A number that JSON can hold. */
function known<Name extends string>(name: Name, value: number): Partial<Record<Name, number>> {
  return Number.isFinite(value) ? ({ [name]: value } as Record<Name, number>) : {};
}

/** Rows by class (outer) and by the label that they were given (inner), without weights. */
function confusionOf(rows: ScoredRows, size: number): number[][] {
  const counts = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  labelsOf(rows).forEach((label, row) => {
    const line = counts[rows.actual[row] ?? -1];
    if (line) line[label] = (line[label] ?? NaN) + 1;
  });
  return counts;
}

/** What was measured of each of more than two classes, against the rest; a number that is not defined is left out. */
export function measureClasses(rows: ScoredRows, names: ClassNames): ClassResults {
  const confusion = confusionOf(rows, names.length);
  const counts = countLabels(rows);
  const f1 = f1ByClass(counts);
  const sizes = confusion.map((line) => line.reduce((sum, count) => sum + count, 0));
  const shown = new Set(
    names
      .map((_, position) => position)
      .sort((a, b) => (sizes[b] ?? 0) - (sizes[a] ?? 0) || a - b)
      .slice(0, maxCurves),
  );
  return {
    confusion,
    classes: names.map((name, position) => {
      const pair = oneAgainstRest(rows, position);
      const curves = shown.has(position) ? { roc: rocCurve(pair), recall: precisionRecallCurve(pair) } : {};
      const right = counts.right[position] ?? NaN;
      return {
        name: String(name),
        rows: sizes[position] ?? 0,
        ...known("precision", right / (counts.called[position] ?? NaN)),
        ...known("recall", right / (counts.actual[position] ?? NaN)),
        ...known("f1", f1[position] ?? NaN),
        ...known("auc", areaUnderRoc(weighByScore(rankRows(pair), pair.actual, pair.weights))),
        ...(curves.roc && {
          roc: thinCurve(curves.roc.map((point) => [point.falsePositiveRate, point.truePositiveRate])),
        }),
        ...(curves.recall && {
          precisionRecall: thinCurve(curves.recall.map(({ recall, precision }) => [recall, precision])),
        }),
      };
    }),
  };
}
