/** What a definition says of the probabilities of two classes. */
interface Said {
  readonly calibration?: unknown;
  readonly threshold?: unknown;
}

/** The rest of it, as far as these depend on it. */
interface Model {
  readonly task: string;
  readonly classes: readonly unknown[];
  readonly trainer: { readonly kind: string };
}

/** Trainers whose probabilities are made by a program. */
const programs: readonly string[] = ["command", "python"];

/** What is wrong with what is said of probabilities, for this task, these classes and this trainer. */
export function probabilityFaults(
  { calibration, threshold }: Said,
  { task, classes, trainer }: Model,
): string[] {
  const said = Object.entries({ calibration, threshold }).filter(([, value]) => value !== undefined);
  return said.flatMap(([name]) => [
    ...(task === "classification"
      ? []
      : [`${name} is for a classification, as a regression has no probabilities; leave it out`]),
    ...(classes.length > 2
      ? [`${name} is for two classes, and the target has ${classes.length}; leave it out`]
      : []),
    ...(programs.includes(trainer.kind)
      ? [
          `${name} is not for the ${trainer.kind} trainer, whose program makes the probabilities; use logistic or boosted-trees, or leave it out`,
        ]
      : []),
  ]);
}
