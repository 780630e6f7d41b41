import type { Explanation } from "../../platform/onnx/explanation";
import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";

/** What an answer says about where its predictions come from. */
export interface ExplanationAnswer {
  /** What base and contributions of a row add up to: its prediction, its logarithm, or the log-odds of its positive class. */
  readonly scale: Explanation["scale"];
  readonly base: number;
  /** Per row, by feature. */
  readonly contributions: readonly Readonly<Record<string, number>>[];
}

export function explanationAnswer({ scale, base, features, contributions }: Explanation): ExplanationAnswer {
  const rows = contributions.length / features.length;
  return {
    scale,
    base,
    contributions: Array.from({ length: rows }, (_, row) =>
      Object.fromEntries(
        features.map((name, position) => [name, contributions[row * features.length + position] ?? NaN]),
      ),
    ),
  };
}

/** A client's wish to have predictions explained, as JSON has it; absent = no. */
export function readExplain(value: unknown): boolean {
  if (value === undefined) return false;
  if (typeof value === "boolean") return value;
  throw new RequestProblem("REQUEST_INVALID", `"explain" is ${show(value)}. Expected true or false.`);
}

/** The same as a query, the part of an address after "?"; no other parameter is known there. */
export function readExplainQuery(url: string): boolean {
  const start = url.indexOf("?");
  if (start < 0) return false;
  const query = new URLSearchParams(url.slice(start + 1));
  const values = query.getAll("explain");
  const strangers = [...query.keys()].filter((name) => name !== "explain");
  if (strangers.length > 0) {
    throw new RequestProblem(
      "REQUEST_INVALID",
      `The address has the parameter ${strangers.map(show).join(", ")}. Allowed: "explain".`,
    );
  }
  const [value] = values;
  if (value === undefined) return false;
  if (values.length === 1 && (value === "true" || value === "false")) return value === "true";
  throw new RequestProblem(
    "REQUEST_INVALID",
    `"explain" is ${values.map(show).join(" and ")}. Expected true or false.`,
  );
}
