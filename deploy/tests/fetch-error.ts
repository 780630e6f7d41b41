import { types } from "node:util";

/** Why `fetch` got no answer, in words: it says so in the cause of its error. */
export function explainFetchError(error: unknown): string {
  // Not `instanceof`: under a test runner, Node.js itself throws errors of another realm.
  const cause = types.isNativeError(error) ? (error.cause ?? error) : error;
  return types.isNativeError(cause) ? cause.message : String(cause);
}
