import { formatNumber } from "../../platform/base/format-number";
import { targetOf, type ModelDefinition } from "../../platform/definition/definition";
import { modelFeatures } from "../../platform/definition/model-features";
import type {
  LinearParameters,
  LinearPredictor,
  MultinomialParameters,
} from "../../platform/onnx/linear-parameters";
import { markdownTable, markdownText } from "./markdown-text";

const maxCoefficients = 50;
/** Classes whose coefficients have a column of their own. */
const maxClasses = 10;

/** Terms by their names, those of personal columns left out. */
function named({ terms }: LinearPredictor, hidden: ReadonlySet<string>): (readonly [string, number])[] {
  const shown = terms.filter(({ column }) => !hidden.has(column));
  return shown.flatMap((term) =>
    term.kind === "category"
      ? term.values.map(
          (value, index) => [`${term.column} = ${value}`, term.coefficients[index] ?? 0] as const,
        )
      : [[term.column, term.coefficient] as const],
  );
}

function scaleOf(definition: ModelDefinition, isSeveral: boolean): string {
  if (definition.task === "classification") return isSeveral ? "logits" : "log-odds";
  const { trainer } = definition;
  if ("targetTransform" in trainer && trainer.targetTransform !== undefined) {
    return trainer.targetTransform === "log"
      ? "the natural logarithm of the target"
      : `the target as ${trainer.targetTransform} transforms it`;
  }
  const { unit } = targetOf(definition);
  return `units of the target${unit ? ` (${markdownText(unit)})` : ""}`;
}

function left(all: number, shown: number): string {
  return all > shown ? `\n\n${all - shown} smaller ones are left out.` : "";
}

/** What the model does not look at, such as the columns that an elastic net has left out. */
function without(names: readonly string[]): string {
  if (names.length === 0) return "";
  const shown = names.slice(0, maxCoefficients).map(markdownText).join(", ");
  const more = names.length > maxCoefficients ? ` and ${names.length - maxCoefficients} more` : "";
  return `\n\nWith a coefficient of 0, so without any effect: ${shown}${more}.`;
}

/** The section of a model card with a linear model's coefficients, the largest first; of several classes a column for each. */
export function coefficientSection(
  definition: ModelDefinition,
  linear: LinearParameters | MultinomialParameters,
): string {
  const isSeveral = "predictors" in linear;
  const scale = scaleOf(definition, isSeveral);
  const { trainer } = definition;
  const perUnit =
    "standardize" in trainer && trainer.standardize === false
      ? `In ${scale}: the change per unit of a number`
      : `On the standardised scale, in ${scale}: the change per standard deviation of a number`;
  // A personal date is several features, each with a name of its own.
  const personal = definition.columns.filter((column) => column.personal === true);
  const hidden = new Set(modelFeatures(personal).map(({ name }) => name));
  const intro = `## Coefficients\n\n${perUnit}, or for a category's value or a boolean that is true.`;
  if (!isSeveral) {
    const all = named(linear, hidden);
    const sorted = all
      .filter(([, value]) => value !== 0)
      .toSorted(([, a], [, b]) => Math.abs(b) - Math.abs(a));
    const shown = sorted.slice(0, maxCoefficients).map(([name, value]) => [name, formatNumber(value)]);
    const others = all.filter(([, value]) => value === 0).map(([name]) => name);
    return `${intro} Intercept: ${formatNumber(linear.intercept)}.\n\n${markdownTable(["Feature", "Coefficient"], shown)}${left(sorted.length, shown.length)}${without(others)}\n\n`;
  }
  const classes = (linear.signature.target.classes ?? []).slice(0, maxClasses);
  const others = linear.predictors.length - classes.length;
  const predictors = linear.predictors.slice(0, maxClasses);
  const columns = predictors.map((predictor) => named(predictor, hidden));
  const lines = (columns[0] ?? []).map(([name], index) => ({
    name,
    values: columns.map((column) => column[index]?.[1] ?? NaN),
  }));
  const size = ({ values }: { readonly values: readonly number[] }): number =>
    Math.max(...values.map(Math.abs));
  const sorted = lines.toSorted((a, b) => size(b) - size(a));
  const shown = sorted
    .slice(0, maxCoefficients)
    .map(({ name, values }) => [name, ...values.map((value) => formatNumber(value))]);
  const intercepts = ["(intercept)", ...predictors.map(({ intercept }) => formatNumber(intercept))];
  const more = others > 0 ? `\n\n${others} more classes are left out.` : "";
  return `${intro} Logits of several classes have no zero; what counts are differences between classes.\n\n${markdownTable(["Feature", ...classes.map(String)], [...shown, intercepts])}${left(sorted.length, shown.length)}${more}\n\n`;
}
