import type { z } from "zod";
import { HttpFault } from "./http-retry";

/** A value of an answer, held to a schema: what is not as expected stays so. */
export function checkAnswer<T>(value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = result.error.issues.map((issue) => issue.path.join(".") || "the answer");
  throw new HttpFault(
    `an answer with faults (${fields.slice(0, 5).join(", ")})`,
    { transient: false, maybeDone: true },
    { cause: result.error },
  );
}

/** The JSON of an answer, held to a schema. One that is cut short may be asked for again; one with faults stays so. */
export async function readJsonAnswer<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const text = await response.text();
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new HttpFault("an answer that is cut short", { transient: true, maybeDone: true }, { cause });
  }
  return checkAnswer(value, schema);
}
