import { fittedHere, trainerRule, type TrainerKind } from "./trainers";

/** A column, as far as it matters to how it is encoded. */
interface EncodedColumn {
  readonly name: string;
  readonly type: string;
  readonly role: string;
  readonly values?: readonly string[] | undefined;
  readonly encoding?: string | undefined;
}

/** What is wrong with how a column is encoded. */
export function encodingFaults({ name, type, role, values, encoding }: EncodedColumn): string[] {
  if (encoding === undefined) return [];
  if (type !== "category" || role !== "feature") {
    return [`column "${name}": only a category that is a feature has an encoding`];
  }
  if (encoding === "rank" && values === undefined) {
    return [
      `column "${name}": a rank is the place among the values; list them in their order, the least first`,
    ];
  }
  return [];
}

/** What is wrong with columns that are encoded by the target, for a trainer and a task. */
export function targetEncodingFaults(
  columns: readonly EncodedColumn[],
  { trainer, classes }: { readonly trainer: { readonly kind: TrainerKind }; readonly classes: number },
): string[] {
  const [first] = columns.filter(({ encoding }) => encoding === "target");
  if (first === undefined) return [];
  const subject = `column "${first.name}": the encoding "target"`;
  return [
    ...(trainerRule(trainer.kind).isProgram
      ? [`${subject} is for ${fittedHere().join(", ")}; a program encodes by itself, so leave it out`]
      : []),
    ...(classes > 2
      ? [`${subject} is for regressions and two classes; of more, a category has no one mean target`]
      : []),
  ];
}
