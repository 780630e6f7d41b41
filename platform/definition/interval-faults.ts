/** Trainers that are a program: it would have to run once more for each fold. */
const programs: readonly string[] = ["command", "python"];

/** What is wrong with prediction intervals, for this task and this trainer. */
export function intervalFaults(
  intervals: { readonly coverage: number } | undefined,
  { task, trainer }: { readonly task: string; readonly trainer: { readonly kind: string } },
): string[] {
  if (intervals === undefined) return [];
  const faults: string[] = [];
  if (task !== "regression") {
    faults.push(
      "intervals are for a regression; a classification says how sure it is by its probabilities. Leave them out",
    );
  }
  if (programs.includes(trainer.kind)) {
    faults.push(
      `intervals are not for the ${trainer.kind} trainer, whose program would have to run for each fold; use ridge, elastic-net or boosted-trees, or leave them out`,
    );
  }
  return faults;
}
