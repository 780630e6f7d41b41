import { z } from "zod";
import { PlatformError } from "./errors";
import { fileRemedy, findJson, type Digest } from "./files";

/** A SHA-256 digest as it is stored. */
export const digestSchema = z.custom<Digest>(
  (value) => typeof value === "string" && /^[0-9a-f]{64}$/.test(value),
  "is no SHA-256 digest",
);

/** What is wrong with a value, each fault with its place; `whole` is what the value as a whole is called. */
export function faultsOf({ issues }: z.ZodError, whole = "the file"): string[] {
  return issues.map(({ path, message }) => `${path.length > 0 ? path.join(".") : whole}: ${message}`);
}

/**
 * Reads a JSON file that this product wrote; `undefined` when there is none, STORAGE_FAILED naming the file and each
 * fault when it is not as it was written. `remedy` is what to do then.
 */
export async function findRecord<T>(
  file: string,
  schema: z.ZodType<T>,
  remedy = fileRemedy,
): Promise<T | undefined> {
  const value = await findJson(file, remedy);
  if (value === undefined) return undefined;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new PlatformError(
    "STORAGE_FAILED",
    `${file} is corrupt: ${faultsOf(result.error).join("; ")}. ${remedy}`,
    { cause: result.error },
  );
}

/** The record in a JSON text. What is wrong with it is thrown as the error that `corrupt` makes of it, in words, and its cause. */
export function parseRecord<T>(
  text: string,
  schema: z.ZodType<T>,
  corrupt: (why: string, cause: unknown) => Error,
): T {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw corrupt("it is not JSON", cause);
  }
  const { data, error } = schema.safeParse(value);
  if (error) throw corrupt(faultsOf(error).join("; "), error);
  return data;
}
