import { formatNumber } from "../../platform/base/format-number";
import type { TunedCandidate, Tuning } from "../../training/tuning/tuning";
import { formatTable } from "./format-table";

/** Settings in a line. */
export function describeSettings(settings: TunedCandidate["settings"]): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} ${typeof value === "number" ? formatNumber(value) : value}`)
    .join(", ");
}

/** What was tried, the best first; what could not be measured last, with the reason. */
export function rankCandidates({ candidates, best }: Tuning): readonly TunedCandidate[] {
  const chosen = candidates[best]?.mean ?? NaN;
  // The best is the least or the greatest: whichever it is, the others are as far from it as they are worse.
  const distance = ({ mean }: TunedCandidate): number =>
    mean === undefined ? Infinity : Math.abs(mean - chosen);
  const rest = candidates.filter((_, index) => index !== best);
  const [winner] = candidates.slice(best, best + 1);
  return [...(winner ? [winner] : []), ...rest.sort((a, b) => distance(a) - distance(b) || 0)];
}

/** What was tried, in a table. */
export function describeTuning(tuning: Tuning): string {
  return formatTable(
    ["settings", tuning.metric, "± standard error", "folds"],
    rankCandidates(tuning).map(({ settings, mean, standardError, scores = [], fault }) => [
      describeSettings(settings),
      mean === undefined ? "-" : formatNumber(mean),
      standardError === undefined ? "-" : formatNumber(standardError, 2),
      fault ?? scores.map((score) => formatNumber(score)).join(", "),
    ]),
    [null, null, null, 60],
  );
}
