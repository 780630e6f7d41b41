import { severalClasses } from "../../platform/definition/class-names";
import type { Signature } from "../../platform/model/signature";
import type { Explanation } from "../../platform/onnx/explanation";
import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";

/** Bytes of an explanation in an answer, about. */
const maxBytes = 16 * 1024 * 1024;
/** Bytes of a contribution in an answer, besides its feature's name: the number in 17 digits, quotes and punctuation. */
const contributionBytes = 28;

/** Throws when so many rows, explained, would make an answer too large: it is many times larger than what asks for it. */
export function checkExplainable(rows: number, { inputs, target }: Signature): void {
  const numbers = severalClasses(target.classes)?.length ?? 1;
  const rowBytes = inputs.reduce(
    (sum, { name }) => sum + Buffer.byteLength(name) + numbers * contributionBytes,
    0,
  );
  const maxRows = Math.max(1, Math.floor(maxBytes / rowBytes));
  if (rows <= maxRows) return;
  throw new RequestProblem(
    "TOO_MANY_ROWS",
    `The request has ${rows} rows to explain. At most ${maxRows} are explained at once. Send them in several requests.`,
  );
}

/** What an answer says about where its predictions come from. */
export interface ExplanationAnswer {
  /** What base and contributions of a row add up to: its prediction, its logarithm, the log-odds of its positive class, or logits. */
  readonly scale: Explanation["scale"];
  /** Of logits one for each class. */
  readonly base: number | readonly number[];
  /** Per row, by feature; of logits a list with one for each class. */
  readonly contributions: readonly Readonly<Record<string, number | readonly number[]>>[];
}

export function explanationAnswer({ scale, base, features, contributions }: Explanation): ExplanationAnswer {
  const width = typeof base === "number" ? 1 : base.length;
  const rows = contributions.length / (features.length * width);
  const added = (row: number, position: number): number | number[] => {
    const start = (row * features.length + position) * width;
    if (typeof base === "number") return contributions[start] ?? NaN;
    return Array.from(contributions.subarray(start, start + width));
  };
  return {
    scale,
    base,
    contributions: Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(features.map((name, position) => [name, added(row, position)])),
    ),
  };
}

/** A client's wish to have predictions explained, as JSON has it; absent = no. */
export function readExplain(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  throw new RequestProblem("REQUEST_INVALID", `"explain" is ${show(value)}. Expected true or false.`);
}
