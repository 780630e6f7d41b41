import { randomInt } from "node:crypto";
import type { Signature } from "../../platform/model/signature";
import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";

const [quote, backslash, colon, brace, bracket] = [0x22, 0x5c, 0x3a, 0x7b, 0x5b];

/** Bodies up to this size are parsed in any case: there is not room enough in them for a parser to take long. */
const smallBytes = 64 * 1024;
/** More than the names that a dialect has besides those of the features. */
const maxOthers = 50;
/** Names repeated in a message. */
const maxListed = 20;
/** Longest name looked at for a message, in bytes. */
const longestBytes = 200;
/** Not known to those who send names, so that they cannot choose such as are taken for the same. */
const factor = randomInt(2 ** 30) * 2 + 1;

/** Where a name is in a JSON text: its opening quote, and the colon after it. */
interface Place {
  readonly start: number;
  readonly colonAt: number;
}

/** The next place that has no space. */
function skipSpace(bytes: Buffer, from: number): number {
  let at = from;
  while (at < bytes.length && (bytes[at] ?? 0) <= 0x20) at += 1;
  return at;
}

/** Calls `tell` with the place of each different name in a JSON text, until it answers false. */
function eachName(bytes: Buffer, tell: (place: Place) => boolean): void {
  const seen = new Set<number>();
  const { length } = bytes;
  for (let at = 0; at < length; at++) {
    if (bytes[at] !== quote) continue;
    const start = at;
    let digest = 0;
    for (at += 1; at < length; at++) {
      const byte = bytes[at] ?? 0;
      if (byte === quote) break;
      digest = Math.imul(digest ^ byte, factor);
      digest ^= digest >>> 15;
      if (byte === backslash) at += 1;
    }
    const colonAt = skipSpace(bytes, at + 1);
    if (bytes[colonAt] !== colon || seen.has(digest)) continue;
    seen.add(digest);
    if (!tell({ start, colonAt })) return;
  }
}

/** Whether a name is that of rows, an object or a list of objects, and no feature's. */
function holdsRows(bytes: Buffer, { colonAt }: Place): boolean {
  const at = skipSpace(bytes, colonAt + 1);
  return bytes[at] === brace || (bytes[at] === bracket && bytes[skipSpace(bytes, at + 1)] === brace);
}

function nameAt(bytes: Buffer, { start }: Place): string {
  const end = bytes.indexOf(quote, start + 1);
  return bytes.toString("utf8", start + 1, Math.min(end < 0 ? bytes.length : end, start + 1 + longestBytes));
}

/**
 * Throws when the objects in a JSON text have far more different names than there are features. A parser makes something of
 * each, which takes it seconds for 5 MB of them; looking at each byte takes a hundredth of that. What else may be wrong with
 * the text is the parser's to say.
 */
export function checkNameCount(bytes: Buffer, { inputs }: Signature): void {
  if (bytes.length <= smallBytes) return;
  const maxNames = inputs.length + maxOthers;
  const places: Place[] = [];
  eachName(bytes, (place) => places.push(place) <= maxNames);
  if (places.length <= maxNames) return;
  const features = new Set(inputs.map(({ name }) => name));
  const strangers = places
    .filter((place) => !holdsRows(bytes, place))
    .map((place) => nameAt(bytes, place))
    .filter((name) => !features.has(name));
  throw new RequestProblem(
    "BODY_INVALID",
    `The body has more than ${maxNames} different names, but the model has ${inputs.length} features. ` +
      `Send those and no others. Unknown are ${strangers.slice(0, maxListed).map(show).join(", ")} and others.`,
  );
}
