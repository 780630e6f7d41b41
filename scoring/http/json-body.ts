import { isAscii, isUtf8 } from "node:buffer";
import type { Signature } from "../../platform/model/signature";
import { RequestProblem } from "../problems/problem";
import { checkNameCount } from "./json-names";
import { show } from "../rows/read-faults";

const colon = 0x3a;
const quote = 0x22;
const backslash = 0x5c;

/** Deeper than any body that is good. */
const maxDepth = 10;

/**
 * How many properties the objects in a value have; NaN when it is too deep to say. A list that begins with a number or a
 * text is taken to go on so: too few found only means a closer look.
 */
function countProperties(value: object, depth = 0): number {
  if (depth > maxDepth) return NaN;
  let count = 0;
  if (Array.isArray(value)) {
    if (value.length > 0 && typeof value[0] !== "object") return 0;
    for (const part of value as unknown[]) {
      if (typeof part === "object" && part !== null) count += countProperties(part, depth + 1);
    }
    return count;
  }
  const parts = value as Record<string, unknown>;
  for (const name in parts) {
    const part = parts[name];
    count += 1;
    if (typeof part === "object" && part !== null) count += countProperties(part, depth + 1);
  }
  return count;
}

/** Bytes between colons above which it is faster to look for the next one than to look at each byte. */
const sparse = 30;

function countColons(bytes: Buffer, expected: number): number {
  let colons = 0;
  if (expected * sparse < bytes.length) {
    for (let at = bytes.indexOf(colon); at >= 0; at = bytes.indexOf(colon, at + 1)) colons += 1;
    return colons;
  }
  let at = bytes.length;
  while (at-- > 0) if (bytes[at] === colon) colons += 1;
  return colons;
}

function hasOneColon(bytes: Buffer): boolean {
  return bytes.indexOf(colon, bytes.indexOf(colon) + 1) < 0;
}

/** Whether a JSON text has another number of colons than its value has properties: then some may be there twice. */
function mayRepeat(bytes: Buffer, value: unknown): boolean {
  // Rows in signature order come below one name alone.
  if (typeof value !== "object" || value === null || hasOneColon(bytes)) return false;
  const properties = countProperties(value);
  return countColons(bytes, properties) !== properties;
}

/** Whether the string that ends before `index` is followed by a colon. */
function isName(text: string, index: number): boolean {
  let at = index;
  while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at += 1;
  return text.charCodeAt(at) === colon;
}

/** The first name that one object of a (valid) JSON text has twice. */
function findRepeatedName(text: string): string | undefined {
  // The names of each object around the place reached; an array has none.
  const names: (Set<string> | undefined)[] = [];
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code === 0x7b) names.push(new Set());
    else if (code === 0x5b) names.push(undefined);
    else if (code === 0x7d || code === 0x5d) names.pop();
    else if (code === quote) {
      const start = index;
      for (index += 1; text.charCodeAt(index) !== quote; index++) {
        if (text.charCodeAt(index) === backslash) index += 1;
      }
      if (!isName(text, index + 1)) continue;
      const name = JSON.parse(text.slice(start, index + 1)) as string;
      const known = names.at(-1);
      if (known?.has(name) === true) return name;
      known?.add(name);
    }
  }
  return undefined;
}

/** A request's body that is a JSON document. */
export class JsonBody {
  constructor(
    readonly value: unknown,
    private readonly bytes: Buffer,
  ) {}

  /**
   * Throws BODY_INVALID when an object has a name twice: JSON's readers keep one of the values, and nothing that a client
   * sends may be left out. Call it last, for a body that is otherwise valid: it is then nearly always fast.
   */
  assertNothingTwice(): void {
    if (!mayRepeat(this.bytes, this.value)) return;
    const name = findRepeatedName(this.bytes.toString());
    if (name === undefined) return;
    throw new RequestProblem("BODY_INVALID", `The body has ${show(name)} twice in one object. Send it once.`);
  }
}

/** The text in a request's body; throws BODY_INVALID when it is not UTF-8. */
function readText(body: Buffer): string {
  // Most bodies are ASCII, which is also UTF-8 and Latin 1; the latter is a copy of the bytes.
  if (isAscii(body)) return body.toString("latin1");
  if (!isUtf8(body)) throw new RequestProblem("BODY_INVALID", "The body is not UTF-8 text. Send UTF-8.");
  // Some programs put a byte order mark before the text.
  const start = body[0] === 0xef && body[1] === 0xbb && body[2] === 0xbf ? 3 : 0;
  return body.toString("utf8", start);
}

/** The JSON document in a request's body; throws BODY_INVALID when there is none, or one with very many other names. */
export function parseJson(body: Buffer, signature: Signature): JsonBody {
  if (body.length === 0)
    throw new RequestProblem("BODY_INVALID", "The body is empty. Expected a JSON object.");
  const text = readText(body);
  checkNameCount(body, signature);
  try {
    return new JsonBody(JSON.parse(text), body);
  } catch (cause) {
    throw new RequestProblem("BODY_INVALID", `The body is not valid JSON: ${(cause as Error).message}`);
  }
}
