import { PlatformError } from "../base/errors";

/** Refuses paths that would lead out of a storage, or that not every storage can hold. */
export function assertPath(text: string, what: "path" | "prefix"): void {
  const parts = text.split("/");
  // A prefix may end anywhere: "", "a/" and "a/b" are all prefixes of "a/bc".
  if (what === "prefix" && parts.at(-1) === "") parts.pop();
  const legal = parts.every((part) => !["", ".", ".."].includes(part) && !/[\\\p{Cc}]/u.test(part));
  if (legal) return;
  throw new PlatformError(
    "INPUT_INVALID",
    `"${text}" is not a ${what} in a storage. Expected names joined by "/", none of them empty, "." or "..", ` +
      "without backslashes and control characters. Correct it.",
  );
}
