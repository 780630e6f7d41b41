import { readFileSync } from "node:fs";
import path from "node:path";
import ts from "typescript";

/** Paths of the files of ours that each file imports, takes a type of, or names in a text as a program. */
export type ImportGraph = ReadonlyMap<string, readonly string[]>;

/** The graph of `files`, whose paths are relative to `root`. */
export function readImports(root: string, files: readonly string[]): ImportGraph {
  const ours = new Set(files);
  const targets = (file: string): string[] => {
    const text = readFileSync(path.join(root, file), "utf8");
    const beside = (name: string): string => path.posix.join(path.posix.dirname(file), name);
    const imported = ts.preProcessFile(text, true, true).importedFiles.map(({ fileName }) => fileName);
    const named = [...text.matchAll(/"([^"\s]+\.ts)"/g)].map(([, name = ""]) => name);
    return [...imported.map((name) => `${beside(name)}.ts`), ...named.map(beside), ...named].filter((name) =>
      ours.has(name),
    );
  };
  return new Map(files.map((file) => [file, targets(file)]));
}

/** Files that none of `from` leads to, directly or through others. */
export function findUnreached(graph: ImportGraph, from: readonly string[]): string[] {
  const reached = new Set<string>();
  const follow = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    graph.get(file)?.forEach(follow);
  };
  from.forEach(follow);
  return [...graph.keys()].filter((file) => !reached.has(file));
}
