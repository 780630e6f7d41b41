import { PlatformError } from "../../platform/base/errors";
import type { RunRecord } from "./runs";

/** Refuses a run of another model. */
export function requireRunOf({ id, model }: Pick<RunRecord, "id" | "model">, asked: string): void {
  if (model === asked) return;
  throw new PlatformError("USAGE", `Run ${id} is one of ${model}, not of ${asked}. Add --model ${model}.`);
}
