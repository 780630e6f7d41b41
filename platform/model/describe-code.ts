import type { Lineage } from "./model-directory";

type Commit = Omit<Lineage["code"], "model">;

/** Files named; the others are counted. */
const maxNamed = 5;

function describeCommit({ commit, dirty, untracked = [] }: Commit): string | undefined {
  if (commit === undefined) return undefined;
  if (dirty !== true) return commit;
  if (untracked.length === 0) return `${commit} with changes not committed`;
  const more = untracked.length > maxNamed ? ` and ${untracked.length - maxNamed} more` : "";
  return `${commit} with changes not committed, among them files that git does not know: ${untracked.slice(0, maxNamed).join(", ")}${more}`;
}

/** Where the code of a model stands, in words: of the program and, where that is not the same, of the model's folder. */
export function describeCode({ model, ...program }: Lineage["code"]): [what: string, value: string][] {
  const own = describeCommit(program);
  return [
    ...(own === undefined ? [] : ([["commit", own]] as [string, string][])),
    ...(model
      ? ([["commit of the model", describeCommit(model) ?? "not in git"]] as [string, string][])
      : []),
  ];
}
