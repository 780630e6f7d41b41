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

/** What is wrong with columns that are encoded by the target, for a trainer. */
export function targetEncodingFaults(
  columns: readonly EncodedColumn[],
  trainer: { readonly kind: TrainerKind },
): string[] {
  const [first] = columns.filter(({ encoding }) => encoding === "target");
  if (first === undefined) return [];
  if (!trainerRule(trainer.kind).isProgram) return [];
  return [
    `column "${first.name}": the encoding "target" is for ${fittedHere().join(", ")}; a program encodes by itself, so leave it out`,
  ];
}
