import { z } from "zod";

/** A setting: its environment variable, how the text is read, and what is allowed, in words. */
export interface Variable<T> {
  readonly name: string;
  readonly schema: z.ZodType<T, string | undefined>;
  readonly expected: string;
  /** Its value is never shown, not even in the message that refuses it. */
  readonly secret?: boolean;
}

export function variable<T>(
  name: string,
  schema: z.ZodType<T, string | undefined>,
  expected: string,
): Variable<T> {
  return { name, schema, expected };
}

export function choice<const T extends string>(
  name: string,
  values: readonly [T, ...T[]],
  fallback: NoInfer<T>,
) {
  const listed = values.map((value) => `"${value}"`);
  const last = listed.pop();
  const expected = listed.length > 0 ? `${listed.join(", ")} or ${last}` : String(last);
  return variable(
    name,
    z
      .enum(values)
      .optional()
      .transform((value) => value ?? fallback),
    expected,
  );
}

/** A whole number, both bounds inclusive. */
export function wholeNumber<const T extends number | undefined>(
  name: string,
  [min, max]: readonly [number, number],
  fallback: T,
): Variable<number | T> {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= min && value <= max)
    .optional();
  return variable(
    name,
    schema.transform((value) => value ?? fallback),
    `a whole number from ${min} to ${max}`,
  );
}

/** An API key: long enough not to be guessed, and of characters that a header may have. */
export function apiKey(name: string): Variable<string | undefined> {
  const schema = z
    .string()
    .regex(/^[\x21-\x7e]{16,256}$/)
    .optional();
  return { ...variable(name, schema, "16 to 256 visible ASCII characters without spaces"), secret: true };
}
