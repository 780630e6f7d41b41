import { readFileSync } from "node:fs";
import { SourceMap, type SourceMapPayload } from "node:module";
import path from "node:path";

/**
 * An error's stack with the lines of sources in place of those of compiled files with a map beside them. Node.js itself would read
 * the map at each start, which takes as long as the rest of it.
 */
export function sourceLines(stack: string): string {
  const maps = new Map<string, SourceMap | undefined>();
  const lines = stack.split("\n").map((text) => {
    // "    at name (file:line:column)", or without a name "    at file:line:column".
    const begin = text.lastIndexOf(text.endsWith(")") ? "(" : " ") + 1;
    const [file = "", line, column = ""] = text.slice(begin).split(":");
    if (!file.endsWith(".js")) return text;
    if (!maps.has(file)) maps.set(file, findMap(`${file}.map`));
    const entry = maps.get(file)?.findEntry(Number(line) - 1, Number.parseInt(column) - 1);
    if (entry === undefined || !("originalSource" in entry)) return text;
    const source = path.resolve(path.dirname(file), entry.originalSource);
    const end = text.endsWith(")") ? ")" : "";
    return `${text.slice(0, begin)}${source}:${entry.originalLine + 1}:${entry.originalColumn + 1}${end}`;
  });
  return lines.join("\n");
}

function findMap(file: string): SourceMap | undefined {
  try {
    return new SourceMap(JSON.parse(readFileSync(file, "utf8")) as SourceMapPayload);
  } catch {
    return undefined;
  }
}
