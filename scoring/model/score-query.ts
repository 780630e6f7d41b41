import { RequestProblem } from "../problems/problem";
import { show } from "../rows/read-faults";

/** What may be asked for beside predictions. */
const wishes = ["explain", "intervals"] as const;

/** Parameters of an address repeated in a message. */
const maxShown = 5;

const isWish = (name: string): boolean => wishes.some((wish) => wish === name);

function readWish(values: readonly string[], name: string): boolean {
  const [value] = values;
  if (value === undefined) return false;
  if (values.length === 1 && (value === "true" || value === "false")) return value === "true";
  throw new RequestProblem(
    "REQUEST_INVALID",
    `"${name}" is ${values.slice(0, maxShown).map(show).join(" and ")}. Expected true or false.`,
  );
}

/** A client's wishes in a query, the part of an address after "?"; absent = no, and no other parameter is known there. */
export function readScoreQuery(url: string): Readonly<Record<(typeof wishes)[number], boolean>> {
  const start = url.indexOf("?");
  if (start < 0) return { explain: false, intervals: false };
  const query = new URLSearchParams(url.slice(start + 1));
  const strangers = [...query.keys()].filter((name) => !isWish(name));
  if (strangers.length > 0) {
    const allowed = wishes.map((wish) => `"${wish}"`).join(", ");
    throw new RequestProblem(
      "REQUEST_INVALID",
      `The address has the parameter ${strangers.slice(0, maxShown).map(show).join(", ")}. Allowed: ${allowed}.`,
    );
  }
  return {
    explain: readWish(query.getAll("explain"), "explain"),
    intervals: readWish(query.getAll("intervals"), "intervals"),
  };
}
