import type { z } from "zod";
import { parseRecord } from "../base/stored-record";
import type { Storage } from "./storage";

/** The record that a file of a storage has. What is wrong with it is thrown as the error that `corrupt` makes of it, in words, and its cause. */
export async function readRecord<T>(
  storage: Pick<Storage, "get">,
  file: string,
  schema: z.ZodType<T>,
  corrupt: (why: string, cause: unknown) => Error,
): Promise<T> {
  const text = Buffer.from(await storage.get(file)).toString("utf8");
  return parseRecord(text, schema, corrupt);
}
