import { PlatformError } from "../../platform/base/errors";
import { classNames, type ClassNames } from "../../platform/definition/class-names";
import { targetOf, type ModelDefinition } from "../../platform/definition/definition";

/** The logit of a class without training rows: its probability is below 1e-300 beside any other class, and a number. */
export const unseenLogit = -700;

/** What to say of classes that no training row is of; throws where there are fewer than two others. */
export function checkSeenClasses(
  definition: Pick<ModelDefinition, "columns">,
  isSeen: (position: number) => boolean,
): string[] {
  const classes: ClassNames = classNames(targetOf(definition));
  const seen = classes.filter((_, position) => isSeen(position));
  const [only] = seen;
  if (seen.length < 2) {
    throw new PlatformError(
      "TRAINING_FAILED",
      `All training rows are of the class ${JSON.stringify(only)}. Two classes or more are needed. Add rows of other ones.`,
    );
  }
  return classes
    .filter((_, position) => !isSeen(position))
    .map(
      (name) =>
        `No training row is of the class ${JSON.stringify(name)}, which is never predicted. Add rows of it, or take it out of the definition.`,
    );
}
