import { PlatformError } from "../../platform/base/errors";
import type { Folds } from "../inputs/folds";
import type { TrainerInput } from "./trainer";

/** The folds that `alpha: "auto"` is chosen by; throws TRAINING_FAILED where there are none. */
export async function foldsForAlpha(folds: TrainerInput["folds"]): Promise<Folds> {
  if (folds !== undefined) return folds();
  throw new PlatformError(
    "TRAINING_FAILED",
    'There are no folds to choose alpha "auto" by. Give the trainer an alpha.',
  );
}

/** What a person should know of an alpha that was chosen; `greatest` is the greatest of those that were tried. */
export function chosenAlphaWarning(alpha: number, greatest: number | undefined): string {
  const said = `alpha ${Number(alpha.toPrecision(4))} was chosen on folds of the training rows`;
  return alpha === greatest
    ? `${said}, the greatest that is tried: the features hardly predict the target`
    : said;
}
