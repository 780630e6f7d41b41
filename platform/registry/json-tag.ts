import type { z } from "zod";

/** A figure as a tag has it: with four digits. */
export const shortFigure = (value: number): number => Number(value.toPrecision(4));

/** What a version's tag says that was written as JSON; undefined where there is none, or it cannot be read. */
export function readJsonTag<Schema extends z.ZodType>(
  tags: Readonly<Record<string, string>>,
  tag: string,
  schema: Schema,
): z.output<Schema> | undefined {
  const text = tags[tag];
  if (text === undefined) return undefined;
  try {
    return schema.safeParse(JSON.parse(text)).data;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
