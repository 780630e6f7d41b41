/** A class as the data names it. */
export type ClassName = string | number;

/** Two classes, the positive one last, or more. */
export type ClassNames = readonly [ClassName, ClassName, ...ClassName[]];

/** The classes of a classification's target, in the order in which models give their probabilities; 0 and 1 of a boolean. */
export function classNames({
  values,
  classes,
}: {
  readonly values?: readonly string[] | undefined;
  readonly classes?: readonly number[] | undefined;
}): ClassNames {
  const [first, second, ...others]: readonly ClassName[] = values ?? classes ?? [];
  return first === undefined || second === undefined ? [0, 1] : [first, second, ...others];
}

/** The classes as a definition names them in texts: `false` and `true` of a boolean. */
export function classTexts(target: Parameters<typeof classNames>[0] & { readonly type: string }): string[] {
  return target.type === "boolean" ? ["false", "true"] : classNames(target).map(String);
}

/** The classes where they are more than two: a model then has a probability for each, else that of the positive one. */
export function severalClasses(classes: ClassNames | undefined): ClassNames | undefined {
  return classes !== undefined && classes.length > 2 ? classes : undefined;
}

/** What a model's probabilities are called, in the order of the classes: `probability` of two, else one for each class. */
export function probabilityNames(classes: ClassNames | undefined): readonly string[] {
  if (classes === undefined) return [];
  return severalClasses(classes)?.map((name) => `probability_${name}`) ?? ["probability"];
}
