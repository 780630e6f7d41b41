import path from "node:path";

/** A path as people are shown it: relative inside the current folder, absolute elsewhere. */
export function shownPath(file: string): string {
  const relative = path.relative(process.cwd(), file);
  if (relative === "") return ".";
  const outside = relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative);
  return outside ? path.resolve(file) : relative;
}

/** A text for people with the paths in it as `shownPath` shows them. */
export function shortenPaths(text: string): string {
  const folder = process.cwd().replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
  // Not within a longer path that happens to hold this one.
  return text.replace(new RegExp(String.raw`(?<![\w./\\-])${folder}[/\\](?=[^\s/])`, "g"), "");
}
