import { PlatformError } from "../../platform/base/errors";
import type { Coefficients } from "./design";

/** What is said of a logistic regression that found no end; it names the column with the greatest coefficient. */
export function notConverged(
  { names, l2 }: { readonly names: readonly string[]; readonly l2: number },
  { coefficients }: Pick<Coefficients, "coefficients">,
): PlatformError {
  const size = (index: number) => Math.abs(coefficients[index] ?? 0);
  const largest = coefficients.reduce((max, _, index) => (size(index) > size(max) ? index : max), 0);
  return new PlatformError(
    "TRAINING_FAILED",
    l2 > 0
      ? `The logistic regression did not converge; the coefficient of "${names[largest] ?? ""}" is ${coefficients[largest] ?? 0}. Finite numbers of moderate size are expected. Check the data, or raise the trainer's l2 (now ${l2}).`
      : `The features tell some rows' class without error (most of all "${names[largest] ?? ""}"), so a logistic regression without penalty has no finite coefficients. Give the trainer an l2 above 0, for example 1.`,
  );
}
