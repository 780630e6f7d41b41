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

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where the object is that begins at a brace of a source without texts. */
function objectAt(plain: string, start: number): Place | undefined {
  let depth = 0;
  for (let at = start; at < plain.length; at++) {
    if (plain[at] === "{") depth += 1;
    else if (plain[at] === "}" && --depth === 0) return { start, end: at + 1 };
  }
  return undefined;
}

/** Where the object behind `trainer:` is; undefined where it is not written there. */
export function findTrainer(source: string): Place | undefined {
  const plain = withoutTexts(source);
  const found = [...plain.matchAll(/\btrainer\s*:\s*\{/g)];
  const [only] = found;
  if (only === undefined || found.length > 1) return undefined;
  return objectAt(plain, only.index + only[0].length - 1);
}

/** Where the value of a setting begins in an object, whether its name is in quotes or not. */
function valueAt(object: string, name: string): number | undefined {
  const named = new RegExp(String.raw`[{,]\s*${name}\s*:\s*`).exec(withoutTexts(object));
  const match = named ?? new RegExp(String.raw`[{,]\s*(["'])${name}\1\s*:\s*`).exec(object);
  return match === null ? undefined : match.index + match[0].length;
}

/** An object with the setting of these names, each below the one before, as it is wanted. */
function changeSetting(object: string, [name = "", ...below]: readonly string[], value: string): string {
  const start = valueAt(object, name);
  if (start === undefined) {
    // What is not there as an object is for a person to write.
    if (below.length > 0) return object;
    const others = object.slice(0, object.lastIndexOf("}")).trimEnd();
    return `${others}${others.endsWith(",") ? "" : ","} ${name}: ${value} }`;
  }
  const plain = withoutTexts(object);
  if (below.length > 0) {
    const inner = plain[start] === "{" ? objectAt(plain, start) : undefined;
    if (inner === undefined) return object;
    const changed = changeSetting(object.slice(inner.start, inner.end), below, value);
    return object.slice(0, inner.start) + changed + object.slice(inner.end);
  }
  const [former = ""] = /^[^,}\n]*/.exec(plain.slice(start)) ?? [];
  return object.slice(0, start) + value + object.slice(start + former.trimEnd().length);
}

/** The trainer's object with some settings changed: values that are there are replaced, others added behind. */
export function changeTrainer(trainer: string, settings: TriedSettings): string {
  return Object.entries(settings).reduce(
    (text, [name, value]) => changeSetting(text, name.split("."), toSource(value)),
    trainer,
  );
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
