import { calibration, confusion, precisionRecallCurve, rocCurve } from "./classification-curves";
import type { Curves, ScoredRows } from "./evaluation";

type Point = readonly [number, number];

/** Most points that are kept of a curve. */
const maxPoints = 400;
/** Points nearer to the one kept before are left out: of a plot's width, hardly a pixel. */
const minDistance = 1 / 400;

/**
 * A curve with at most 400 points: those are kept that are some way from the one before, along either axis. Every tenth or hundredth
 * point would not do: where few rows are positive, all that can be seen of a curve happens within its first points.
 */
export function thinCurve(points: readonly Point[]): Point[] {
  for (let distance = minDistance; ; distance *= 2) {
    const kept: Point[] = [];
    let last: Point | undefined;
    for (const point of points) {
      if (last && Math.abs(point[0] - last[0]) + Math.abs(point[1] - last[1]) < distance) continue;
      kept.push(point);
      last = point;
    }
    const end = points.at(-1);
    if (end !== undefined && last !== end) kept.push(end);
    if (kept.length <= maxPoints) return kept;
  }
}

/** What plots show of a classification's scores, of all its rows; a curve that the rows do not allow is left out. */
export function measureCurves(rows: ScoredRows): Curves {
  const roc = rocCurve(rows)?.map(({ falsePositiveRate, truePositiveRate }): Point => [
    falsePositiveRate,
    truePositiveRate,
  ]);
  const precisionRecall = precisionRecallCurve(rows)?.map(({ recall, precision }): Point => [
    recall,
    precision,
  ]);
  return {
    ...(roc && { roc: thinCurve(roc) }),
    ...(precisionRecall && { precisionRecall: thinCurve(precisionRecall) }),
    calibration: calibration(rows).map(({ predicted, observed }) => [predicted, observed]),
    confusion: confusion(rows),
  };
}
