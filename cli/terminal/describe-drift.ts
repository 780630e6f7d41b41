import { counted, percent } from "../../platform/base/wording";
import type { ColumnDrift, DriftReport, LogBeside } from "../../platform/drift/drift";
import { formatTable } from "./format-table";

/** Most new values that are named in a table. */
const maxNamed = 3;

/** Values now that the reference does not have: the share of numbers out of its range, or the new categories. */
export function foreignValues(
  { details }: ColumnDrift,
  showShare: (share: number) => string = percent,
): string {
  const { outside, newValues } = details ?? {};
  if (outside !== undefined) return outside === 0 ? "" : `${showShare(outside)} outside`;
  if (newValues === undefined || newValues.length === 0) return "";
  const named = newValues.slice(0, maxNamed).map(({ value, share }) => `"${value}" ${showShare(share)}`);
  const more = newValues.length > maxNamed ? `, ${newValues.length - maxNamed} more` : "";
  return `new: ${named.join(", ")}${more}`;
}

/** The measures of every column in a table. Where nothing is judged, no column has a verdict; of no rows there are no measures, but why there may be none. */
export function describeDrift({ columns, judged, rows }: DriftReport): string {
  // Measures of no rows are of nothing, and look like great ones.
  if (rows === 0) return "Requests of clients count here. Those of tests, as a release sends them, do not.";
  const digits = (value: number | undefined): string => value?.toFixed(3) ?? "-";
  return formatTable(
    ["column", "PSI", "JS", "KS", "adjusted p", "missing", "outside or new", ""],
    columns.map((column) => [
      column.column,
      digits(column.psi),
      digits(column.details?.jensenShannon),
      digits(column.details?.kolmogorovSmirnov?.statistic),
      column.adjustedPValue.toPrecision(2),
      percent(column.missing.current),
      foreignValues(column),
      judged ? (column.drifted ? "drifted" : "no drift") : "not judged",
    ]),
  );
}

/** What the log has beside the rows that were compared, a sentence each; none of what there is not. */
export function describeBeside(beside: LogBeside | undefined): string[] {
  const { otherVersions = 0, otherModel = 0, ahead = 0, unknownLabels = 0 } = beside ?? {};
  const are = (count: number): string => (count === 1 ? "is" : "are");
  const told: readonly [number, string][] = [
    [
      otherVersions,
      `${counted(otherVersions, "row")} that other versions answered ${are(otherVersions)} left out.`,
    ],
    [
      otherModel,
      `${counted(otherModel, "row")} of another model, whose log is among this one's files, ${are(otherModel)} left out.`,
    ],
    [
      ahead,
      `${counted(ahead, "row")} ${are(ahead)} dated later than now: the clock of what served them, or of this machine, is wrong. They are judged all the same.`,
    ],
    [
      unknownLabels,
      `${counted(unknownLabels, "label")} ${are(unknownLabels)} of requests that are not in what was read of the log.`,
    ],
  ];
  return told.flatMap(([count, sentence]) => (count > 0 ? [sentence] : []));
}
