import { randomBytes } from "node:crypto";

/** An id for a run: the time, so that the order of ids is that of the runs, the model, and something of its own. */
export function newRunId(model: string, now: Date): string {
  const time = now.toISOString().replace(/[-:]|\.\d+Z/g, "");
  return `${time}-${model}-${randomBytes(2).toString("hex")}`;
}

/** Matches the ids of a model's runs. */
export function runIdPattern(model: string): RegExp {
  return new RegExp(String.raw`^\d{8}T\d{6}-${model}-[0-9a-f]{4}$`);
}
