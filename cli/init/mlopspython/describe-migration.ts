import { formatTable } from "../../terminal/format-table";
import type { Counterpart } from "./counterparts";
import type { Migration } from "./migration";

/** The names of what has the same note, in the order of the first of each. */
function namesByNote(counterparts: readonly Counterpart[]): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const { name, note } of counterparts) {
    if (note !== undefined) names.set(note, [...(names.get(note) ?? []), name]);
  }
  return names;
}

/** A migration for people: what became a setting, what did not and why, and the commands that come next. */
export function describeMigration({ program, counterparts, commands }: Migration): string {
  const settings = counterparts.flatMap(({ name, value, setting }) =>
    setting === undefined ? [] : [[name, value, `mlops:${setting.key} = ${setting.value}`, setting.stacks]],
  );
  return [
    formatTable(["MLOpsPython", "value", "setting", "stacks"], settings),
    "",
    "The rest is no setting here:",
    ...[...namesByNote(counterparts)].map(([note, names]) => `  ${names.join(", ")}\n    ${note}`),
    "",
    program.note,
    "",
    "Make the stacks with these settings:",
    ...commands.map((command) => `  ${command}`),
    "",
  ].join("\n");
}
