import type { Task } from "../../platform/definition/definition";
import { PlatformError } from "../../platform/base/errors";
import { counted } from "../../platform/base/wording";
import { findRareClass } from "./advise";
import { maxMagnitude, type Column, type DescribedColumn } from "./describe-column";
import type { SeenColumn } from "./seen-columns";
import type { ClassFacts } from "./target-facts";

/** What a model is to say of the target. */
export interface DescribedTarget {
  readonly task: Task;
  readonly column: Column;
  readonly why: string;
}

/** Whole numbers 0 to k or 1 to k: at most so many may be numbered classes as well as counts or grades, however few rows there are. */
const maxNumbered = 10;
/** Other whole numbers may be classes, too, if they are no more than so many, and each comes so often on average. */
const [maxFew, minRowsPerClass] = [20, 10];
/** Texts that come so often on average are classes; others are names or remarks. */
const minRowsPerText = 2;

function refuse(message: string): PlatformError {
  return new PlatformError("DATA_INVALID", message);
}

/** How many classes the numbers of a target may be, if they may be classes that were numbered. */
export function numberedClasses({ whole, distinct, present, min, max }: SeenColumn): number | undefined {
  if (!whole || distinct < 3 || min === undefined || max === undefined) return undefined;
  const isNumbered = distinct <= maxNumbered && (min === 0 || min === 1) && max - min === distinct - 1;
  const areFew = distinct <= maxFew && distinct * minRowsPerClass <= present;
  return isNumbered || areFew ? distinct : undefined;
}

function requireWhole(facts: SeenColumn): void {
  const { name, rows, present, distinct } = facts;
  if (present < rows) {
    throw refuse(
      `The target "${name}" is missing in ${counted(rows - present, "row")}. Every row needs it. Leave those rows out of the file, or name another target with --target.`,
    );
  }
  if (distinct === 1) {
    throw refuse(
      `The target "${name}" is the same in every row. Expected numbers (regression) or two values or more (classification). Name another with --target.`,
    );
  }
}

const positiveSaid = (value = ""): string => `"${value}" is the one whose probability is given`;

/** A target of two texts, of which the first is rare, with the rare one last; undefined where they stay as they are. */
export function positiveLast(
  target: DescribedColumn,
  facts: ClassFacts,
): { readonly target: DescribedColumn; readonly facts: ClassFacts } | undefined {
  const { column, why } = target;
  const [first, last] = column?.values ?? [];
  if (!column || facts.classes.length !== 2 || first === undefined || last === undefined) return undefined;
  if (findRareClass(facts) !== 0) return undefined;
  return {
    target: {
      ...target,
      column: { ...column, values: [last, first] },
      why: why.replace(positiveSaid(last), `the rarer, ${positiveSaid(first)}`),
    },
    facts: { ...facts, classes: facts.classes.toReversed() },
  };
}

function asClasses({ name, boolean, values = [] }: SeenColumn): DescribedTarget {
  const task = "classification";
  if (boolean || values.join() === "0,1") {
    return {
      task,
      column: { name, type: "boolean", role: "target" },
      why: boolean ? "is true or false" : "is 0 or 1",
    };
  }
  const column: Column = { name, type: "category", role: "target", values: [...values] };
  return {
    task,
    column,
    why:
      values.length === 2
        ? `has two values, of which ${positiveSaid(values.at(-1))}`
        : `has ${values.length} classes, each of which is given a probability`,
  };
}

/** More than two classes; throws where there are too many, or numbers that name nothing. */
function asSeveralClasses(facts: SeenColumn): DescribedTarget {
  const { name, distinct, numeric, whole, values } = facts;
  const shown = distinct.toLocaleString("en-US");
  if (values === undefined) {
    throw refuse(
      `The target "${name}" has ${shown} different values. Classes are listed in the definition, and \`mlops init\` lists up to 100. Group rare ones, name another target with --target, or predict a number with --task regression.`,
    );
  }
  if (!numeric) return asClasses(facts);
  const numbers = values.map((text) => Number(text.replace(",", "."))).sort((a, b) => a - b);
  if (!whole || !numbers.every(Number.isSafeInteger)) {
    throw refuse(
      `The target "${name}" has numbers that are not whole, which are amounts and no classes. Predict them with --task regression, or make whole numbers or texts of them.`,
    );
  }
  return {
    task: "classification",
    column: { name, type: "number", role: "target", classes: [...new Set(numbers)] },
    why: `has ${shown} whole numbers that name classes, each of which is given a probability`,
  };
}

/** The target's column and the task; `task` is what the user says that it is. Throws when it can be neither. */
export function describeTarget(facts: SeenColumn, task: Task | undefined): DescribedTarget {
  requireWhole(facts);
  const { name, distinct, numeric, boolean, min = 0, max = 0 } = facts;
  if (task !== "regression" && (boolean || distinct === 2)) return asClasses(facts);
  if (task === "classification") return asSeveralClasses(facts);
  if (!numeric && task !== "regression" && facts.values && distinct * minRowsPerText <= facts.present) {
    return asSeveralClasses(facts);
  }
  if (!numeric) {
    const found = task === "regression" ? "texts" : `${distinct.toLocaleString("en-US")} different texts`;
    throw refuse(
      `The target "${name}" has ${found}. Expected numbers (regression) or a few values (classification). Name another with --target.`,
    );
  }
  if (Math.max(Math.abs(min), Math.abs(max)) > maxMagnitude) {
    throw refuse(
      `The target "${name}" goes from ${min} to ${max}. Numbers up to ±${maxMagnitude} can be predicted. Correct the data, or name another with --target.`,
    );
  }
  const classes = numberedClasses(facts);
  if (classes !== undefined && task === undefined) {
    throw new PlatformError(
      "USAGE",
      `The target "${name}" is ${min} to ${max}, which may be amounts or ${classes} classes with numbers for names. Add --task regression if they are amounts, or --task classification if they are classes.`,
    );
  }
  const why = `has ${distinct.toLocaleString("en-US")} different numbers from ${min} to ${max}`;
  return { task: "regression", column: { name, type: "number", role: "target" }, why };
}
