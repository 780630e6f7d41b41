import { quoted } from "../base/wording";

/** The part of a definition on which its split depends. */
interface SplitDefinition {
  readonly task: string;
  readonly columns: readonly { readonly name: string; readonly role: string }[];
  readonly split: {
    readonly column?: string | undefined;
    readonly group?: string | undefined;
    readonly time?: string | undefined;
    readonly stratify?: true | undefined;
  };
}

/** What is wrong with a split that its schema alone cannot tell. */
export function splitFaults({ split, columns, task }: SplitDefinition): string[] {
  const faults: string[] = [];
  const { column, group, time, stratify } = split;
  const roleOf = (name: string | undefined): string | undefined =>
    columns.find((candidate) => candidate.name === name)?.role;
  const ways = Object.entries({ column, group, time, stratify })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => `split.${name}`);
  if (ways.length > 1) faults.push(`${quoted(ways)} each say which rows are held out; give one of them`);
  if (roleOf(column) !== undefined) {
    faults.push(
      `split.column "${column}" is among the columns; what splits the rows is neither a feature nor the target`,
    );
  }
  for (const [way, name] of Object.entries({ group, time })) {
    const role = roleOf(name);
    if (role === "target" || role === "id") {
      const why = role === "id" ? "each row has one of its own" : "it is what is predicted";
      faults.push(`split.${way} "${name}" is the ${role}: ${why}; name another column, or leave it out`);
    }
  }
  if (stratify && task !== "classification") {
    faults.push("split.stratify is for a classification, as a regression has no classes; leave it out");
  }
  return faults;
}
