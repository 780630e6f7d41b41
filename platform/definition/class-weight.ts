import { z } from "zod";
import { quoted } from "../base/wording";
import { classTexts } from "./class-names";

/**
 * What the rows of each class count in training: as much in total as those of any other ("balanced"), or by the class's name so many
 * times what they count by themselves; a class that is not named counts as it is.
 */
export const classWeightSchema = z
  .union([z.literal("balanced"), z.record(z.string(), z.number().positive())], {
    error: 'Expected "balanced", or numbers above 0 by class, such as { yes: 5 }',
  })
  .optional();

export type ClassWeight = NonNullable<z.output<typeof classWeightSchema>>;

interface Weighted {
  readonly classWeight?: ClassWeight | undefined;
}

interface Model {
  readonly task: string;
  readonly columns: readonly {
    readonly role: string;
    readonly type: string;
    readonly values?: readonly string[] | undefined;
    readonly classes?: readonly number[] | undefined;
  }[];
}

/** What is wrong with class weights for this task and target. */
export function classWeightFaults({ classWeight }: Weighted, { task, columns }: Model): string[] {
  if (classWeight === undefined) return [];
  if (task !== "classification") {
    return ["classWeight is for a classification, as a regression has no classes; leave it out"];
  }
  const target = columns.find(({ role }) => role === "target");
  if (classWeight === "balanced" || target === undefined) return [];
  const classes = classTexts(target);
  const unknown = Object.keys(classWeight).filter((name) => !classes.includes(name));
  if (unknown.length === 0) return [];
  return [
    `classWeight names ${quoted(unknown)}, which is no class of the target; the classes are ${quoted(classes)}`,
  ];
}
