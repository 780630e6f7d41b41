import { types } from "node:util";

/** What went wrong, in words. Not by `instanceof`: Node.js itself may throw errors of another realm. */
export function reasonOf(thrown: unknown): string {
  return types.isNativeError(thrown) ? thrown.message : String(thrown);
}
