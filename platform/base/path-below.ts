import path from "node:path";
import { z } from "zod";

/**
 * Whether a text is the path of a file below a folder, with forward slashes: no part of it leads out of the folder. Records may come from
 * wherever somebody else writes. A backslash, which is part of a name elsewhere, parts names on Windows.
 */
export function isPathBelow(text: string, { sep }: Pick<typeof path, "sep"> = path): boolean {
  const parts = text.split(sep === "/" ? "/" : /[/\\]/);
  return parts.every((part) => !["", ".", ".."].includes(part)) && !text.includes("\0");
}

/** Such a path in a record. */
export const pathBelowSchema = z.string().refine((text) => isPathBelow(text), "is no path below the folder");
