import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { loadText } from "../../platform/data/source";
import { counted, quoted } from "../../platform/base/wording";
import type { ModelDefinitionInput } from "../../platform/definition/definition";
import { modelDefinitionSchema, parseModelDefinition } from "../../platform/definition/definition";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { modelNamePattern } from "../../platform/definition/model-ref";
import type { SqlEngine } from "../../platform/sql/engine";
import { openEngine } from "../../platform/sql/open-engine";
import type { SeenColumn } from "./seen-columns";
import { lookAtColumn, repeatedShare } from "./seen-columns";

type Column = ModelDefinitionInput["columns"][number];

/** A number a little outside, with two significant digits, so that new data of the same kind stays within. */
function roundOutwards(value: number, margin: number): number {
  const widened = value + margin;
  const unit = 10 ** Math.floor(Math.log10(Math.max(Math.abs(margin), 1e-9)));
  const rounded = (margin < 0 ? Math.floor(widened / unit) : Math.ceil(widened / unit)) * unit;
  return Number(rounded.toPrecision(12));
}

function rangeOf(min: number, max: number): [number, number] {
  const margin = Math.max((max - min) / 2, 1);
  const low = roundOutwards(min, -margin);
  return [min >= 0 ? Math.max(0, low) : low, roundOutwards(max, margin)];
}

/** The column as a feature, or why it cannot be one. */
function describeFeature(facts: SeenColumn): Column | string {
  const { name, rows, present, distinct, min, max, values } = facts;
  if (present === 0) return "is always empty";
  const missing = present < rows;
  if (/(^|_)id$/i.test(name) && distinct === rows) return { name, type: "category", role: "id" };
  if (facts.boolean && !missing) return { name, type: "boolean" };
  const nullable = missing ? { nullable: true } : {};
  if (min !== undefined && max !== undefined)
    return { name, type: "number", ...nullable, range: rangeOf(min, max) };
  // Values that hardly ever come twice are names or remarks.
  if (values && distinct * 2 <= present) return { name, type: "category", ...nullable, values: [...values] };
  return `is text with ${distinct} different values`;
}

function describeTarget(facts: SeenColumn): Pick<ModelDefinitionInput, "task"> & { column: Column } {
  const { name, rows, present, distinct } = facts;
  if (present < rows) {
    throw new PlatformError(
      "DATA_INVALID",
      `The target "${name}" is missing in ${counted(rows - present, "row")}. Every row needs it. Leave those rows out of the file, or name another target with --target.`,
    );
  }
  if (distinct === 1) {
    throw new PlatformError(
      "DATA_INVALID",
      `The target "${name}" is the same in every row. Expected numbers (regression) or two values (classification). Name another with --target.`,
    );
  }
  if (facts.boolean || facts.values?.join() === "0,1")
    return { task: "classification", column: { name, type: "boolean", role: "target" } };
  if (distinct === 2 && facts.values)
    return {
      task: "classification",
      column: { name, type: "category", role: "target", values: [...facts.values] },
    };
  if (facts.numeric) return { task: "regression", column: { name, type: "number", role: "target" } };
  throw new PlatformError(
    "DATA_INVALID",
    `The target "${name}" has ${distinct} different texts. Expected numbers (regression) or two values (classification). Name another with --target.`,
  );
}

/** A definition for what was seen of a file, and the columns that it leaves out. */
interface Draft {
  readonly definition: ModelDefinitionInput;
  readonly leftOut: readonly { name: string; why: string }[];
}

function draftDefinition(name: string, target: SeenColumn, others: readonly SeenColumn[]): Draft {
  const { task, column } = describeTarget(target);
  const columns: Column[] = [];
  const leftOut: { name: string; why: string }[] = [];
  for (const facts of others) {
    const described = describeFeature(facts);
    if (typeof described === "string") leftOut.push({ name: facts.name, why: described });
    else columns.push(described);
  }
  const regression = task === "regression";
  const definition: ModelDefinitionInput = {
    name,
    task,
    data: "data.csv",
    columns: [...columns, column],
    split: { testFraction: 0.2, seed: 1 },
    trainer: regression ? { kind: "ridge", alpha: 1 } : { kind: "logistic", l2: 1 },
    gate: regression
      ? { metric: "rmse", floors: [{ metric: "r2", atLeast: 0 }] }
      : { metric: "auc", floors: [{ metric: "auc", atLeast: 0.5 }] },
  };
  return { definition, leftOut };
}

/** The checks that the file itself would fail by default, loosened so far that it and data of its kind pass. */
async function checksFor(
  engine: SqlEngine,
  columns: readonly Column[],
  facts: readonly SeenColumn[],
): Promise<NonNullable<ModelDefinitionInput["checks"]>> {
  const defaults = modelDefinitionSchema.shape.checks.parse(undefined);
  const used = facts.filter(({ name }) => columns.some((column) => column.name === name));
  const missing = Math.max(...used.map(({ present, rows }) => 1 - present / rows));
  const repeated = await repeatedShare(
    engine,
    columns.map(({ name }) => name),
  );
  const widened = (share: number): number => Math.min(1, Math.ceil((share + 0.05) * 20) / 20);
  return {
    ...(missing > defaults.maxMissing && { maxMissing: widened(missing) }),
    ...(repeated > defaults.maxDuplicates && { maxDuplicates: widened(repeated) }),
  };
}

/** A value as Prettier writes it in a line. */
function toSource(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(toSource).join(", ")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{ ${Object.entries(value)
    .map(([key, item]) => `${key}: ${toSource(item)}`)
    .join(", ")} }`;
}

/** The text of `model.ts`. Columns that cannot be used stay in it as a comment. */
function writeDefinition({ definition, leftOut }: Draft): string {
  const { name, task, data, columns, split, checks = {}, trainer, gate } = definition;
  const comments = leftOut.map(
    (left) => `    // ${JSON.stringify(left.name)} ${left.why}, so it is left out.`,
  );
  return `import type { ModelDefinitionInput } from "../../platform/definition/definition";

const definition: ModelDefinitionInput = {
  name: ${toSource(name)},
  task: ${toSource(task)},
  data: ${toSource(data)},
  // Written from the data: check each range, list of values and unit against what you know.
  columns: [
${[...columns.map((column) => `    ${toSource(column)},`), ...comments].join("\n")}
  ],
  split: ${toSource(split)},
${Object.keys(checks).length > 0 ? `  // Looser than usual, as the data is.\n  checks: ${toSource(checks)},\n` : ""}  trainer: ${toSource(trainer)},
  gate: ${toSource(gate)},
};

export default definition;
`;
}

/** Looks at a CSV file and drafts a definition for it; throws when it can be no model's data. */
async function draftFor(name: string, from: string, target: string | undefined): Promise<Draft> {
  const engine = await openEngine();
  try {
    const { format, header } = await loadText(engine, from);
    if (format !== "csv") {
      throw new PlatformError(
        "DATA_UNREADABLE",
        `${from} is not a CSV file. A model is made from a CSV file in UTF-8 with a header line. Name one with --from.`,
      );
    }
    const targetName = target ?? header.at(-1) ?? "";
    if (!header.includes(targetName)) {
      throw new PlatformError(
        "USAGE",
        `"${targetName}" is not a column of ${from}. Columns: ${quoted(header, 30)}. Name one with --target.`,
      );
    }
    const others = [];
    for (const column of header.filter((each) => each !== targetName))
      others.push(await lookAtColumn(engine, column));
    const { definition, leftOut } = draftDefinition(name, await lookAtColumn(engine, targetName), others);
    const checks = await checksFor(engine, definition.columns, others);
    const draft = { definition: { ...definition, checks }, leftOut };
    requireUsable(draft, from);
    return draft;
  } finally {
    await engine.close();
  }
}

function requireUsable({ definition, leftOut }: Draft, from: string): void {
  if (!definition.columns.some(({ role }) => role === undefined)) {
    throw new PlatformError(
      "DATA_INVALID",
      `${from} has no column to predict from: ${leftOut.map(({ name, why }) => `"${name}" ${why}`).join("; ") || "there is only the target"}. A model needs numbers, booleans or categories; add a column.`,
    );
  }
  try {
    parseModelDefinition(definition, from);
  } catch (cause) {
    if (!(cause instanceof PlatformError)) throw cause;
    throw new PlatformError("DATA_INVALID", `${cause.message} Rename these columns in the file.`, { cause });
  }
}

/** Makes `models/<name>/` from a CSV file of the user's; returns the path of the definition. */
export async function initModel(options: {
  name: string;
  from: string;
  target?: string;
  models: string;
}): Promise<string> {
  const { name, from, models } = options;
  if (!modelNamePattern.test(name)) {
    throw new PlatformError(
      "USAGE",
      `"${name}" is not a model name. Expected 3 to 40 lower-case letters, digits and dashes, for example churn. Choose another.`,
    );
  }
  const text = writeDefinition(await draftFor(name, from, options.target));
  const folder = path.join(models, name);
  await createFolder(folder, name);
  try {
    await copyFile(from, path.join(folder, "data.csv"));
    // The last of it: a folder without a definition is no model.
    await writeFile(path.join(folder, "model.ts"), text);
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
  return path.join(folder, "model.ts");
}

async function createFolder(folder: string, name: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === "EEXIST") {
      throw new PlatformError(
        "CONFLICT",
        `${folder} exists already. A new model has a folder of its own. Choose another name than "${name}", or delete the folder.`,
      );
    }
    if (code !== "ENOENT") throw error;
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${path.dirname(folder)} is not a folder. MLOPS_MODELS names the folder of the models. Correct or unset it.`,
      { cause: error },
    );
  }
}
