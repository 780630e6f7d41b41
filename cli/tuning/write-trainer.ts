import { copyFile, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isDeepStrictEqual } from "node:util";
import { PlatformError } from "../../platform/base/errors";
import type { ModelDefinition } from "../../platform/definition/definition";
import { readDefinitionFile } from "../../platform/definition/definition-file";
import type { TriedSettings } from "../../training/tuning/search-space";
import { toSource } from "../init/draft-source";

/** Texts and comments of TypeScript, which may have brackets that mean nothing. */
const texts = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|`(?:\\.|[^`\\])*`|\/\/[^\n]*|\/\*[\s\S]*?\*\//g;

/** The source without what texts and comments say, each character where it was. */
function withoutTexts(source: string): string {
  return source.replace(texts, (text) => (text.startsWith("/") ? " " : "_").repeat(text.length));
}

/** Where the object behind `trainer:` is; undefined where it is not written there. */
export function findTrainer(source: string): { readonly start: number; readonly end: number } | undefined {
  const plain = withoutTexts(source);
  const found = [...plain.matchAll(/\btrainer\s*:\s*\{/g)];
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  const start = only.index + only[0].length - 1;
  let depth = 0;
  for (let at = start; at < plain.length; at++) {
    if (plain[at] === "{") depth += 1;
    else if (plain[at] === "}" && --depth === 0) return { start, end: at + 1 };
  }
  return undefined;
}

/** The trainer's object with some settings changed: values that are there are replaced, others added behind. */
export function changeTrainer(trainer: string, settings: TriedSettings): string {
  return Object.entries(settings).reduce((text, [name, value]) => {
    const plain = withoutTexts(text);
    const match = new RegExp(String.raw`([{,]\s*)${name}(\s*:\s*)`).exec(plain);
    if (match === null) {
      const others = text.slice(0, text.lastIndexOf("}")).trimEnd();
      return `${others}${others.endsWith(",") ? "" : ","} ${name}: ${toSource(value)} }`;
    }
    const start = match.index + match[0].length;
    const [former = ""] = /^[^,}\n]*/.exec(plain.slice(start)) ?? [];
    const end = start + former.trimEnd().length;
    return text.slice(0, start) + toSource(value) + text.slice(end);
  }, trainer);
}

function byHand(file: string, settings: TriedSettings): PlatformError {
  return new PlatformError(
    "CONFLICT",
    `${file} does not have its trainer as one object with plain values, so it was left as it is. Expected trainer: { ... }. Write there by hand: ${toSource(settings)}.`,
  );
}

/**
 * Writes settings into the definition's file, and nothing else. The new file is loaded beside the old one first: unless it
 * defines the model as it is meant, the old one stays, and CONFLICT says what to write by hand.
 */
export async function writeTrainer(
  file: string,
  settings: TriedSettings,
  expected: ModelDefinition,
): Promise<void> {
  const source = await readFile(file, "utf8");
  const place = findTrainer(source);
  if (place === undefined) throw byHand(file, settings);
  const changed = changeTrainer(source.slice(place.start, place.end), settings);
  const draft = path.join(path.dirname(file), `.model-${process.pid}.tmp.ts`);
  try {
    await copyFile(file, draft);
    await writeFile(draft, source.slice(0, place.start) + changed + source.slice(place.end));
    if (!isDeepStrictEqual(readIfValid(draft), expected)) throw byHand(file, settings);
    await rename(draft, file);
  } finally {
    await rm(draft, { force: true });
  }
}

function readIfValid(file: string): ModelDefinition | undefined {
  try {
    return readDefinitionFile(file);
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}
