import { copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError, systemErrorCode } from "../platform/errors";
import { modelNamePattern } from "../platform/model-ref";
import { DuckDbEngine } from "../platform/sql/duckdb-engine";
import type { SqlEngine, SqlRow } from "../platform/sql/engine";
import { identifier, literal } from "../platform/sql/engine";

/** A text column with more distinct values than this is taken for free text or an id, not a category. */
const mostCategories = 100;

/** What was seen of a column of the user's file. */
export interface ColumnFacts {
  readonly name: string;
  readonly numeric: boolean;
  readonly boolean: boolean;
  readonly rows: number;
  readonly present: number;
  readonly distinct: number;
  readonly least?: number;
  readonly greatest?: number;
  /** Distinct values, sorted, when there are few. */
  readonly values?: readonly string[];
}

async function factsOf(engine: SqlEngine, name: string): Promise<ColumnFacts> {
  const column = identifier(name);
  const [row] = await engine.rows(`
    SELECT count(*) AS n, count(${column}) AS present, count(DISTINCT ${column}) AS distinct_values,
           count(TRY_CAST(${column} AS DOUBLE)) AS numbers,
           min(TRY_CAST(${column} AS DOUBLE)) AS least, max(TRY_CAST(${column} AS DOUBLE)) AS greatest,
           count(CASE WHEN lower(${column}) IN ('true', 'false') THEN 1 END) AS booleans
    FROM source`);
  const facts = row as SqlRow & Record<string, number>;
  const distinct = Number(facts.distinct_values);
  const present = Number(facts.present);
  const values =
    distinct <= mostCategories
      ? (
          await engine.rows(
            `SELECT DISTINCT ${column} AS v FROM source WHERE ${column} IS NOT NULL ORDER BY v`,
          )
        ).map(({ v }) => String(v))
      : undefined;
  const numeric = present > 0 && Number(facts.numbers) === present;
  return {
    name,
    numeric,
    boolean: present > 0 && Number(facts.booleans) === present,
    rows: Number(facts.n),
    present,
    distinct,
    ...(numeric && { least: Number(facts.least), greatest: Number(facts.greatest) }),
    ...(values && { values }),
  };
}

/** A number a little outside, with two significant digits, so that new data of the same kind stays within. */
function roundOutwards(value: number, margin: number): number {
  const widened = value + margin;
  const unit = 10 ** Math.floor(Math.log10(Math.max(Math.abs(margin), 1e-9)));
  return Number(
    ((margin < 0 ? Math.floor(widened / unit) : Math.ceil(widened / unit)) * unit).toPrecision(12),
  );
}

function describeFeature(facts: ColumnFacts): string | undefined {
  const nullable = facts.present < facts.rows ? ", nullable: true" : "";
  const name = JSON.stringify(facts.name);
  if (facts.boolean && nullable === "") return `{ name: ${name}, type: "boolean" }`;
  if (facts.numeric && facts.least !== undefined && facts.greatest !== undefined) {
    const margin = Math.max((facts.greatest - facts.least) / 2, 1);
    const low =
      facts.least >= 0
        ? Math.max(0, roundOutwards(facts.least, -margin))
        : roundOutwards(facts.least, -margin);
    return `{ name: ${name}, type: "number"${nullable}, range: [${low}, ${roundOutwards(facts.greatest, margin)}] }`;
  }
  if (facts.values && facts.present > 0)
    return `{ name: ${name}, type: "category"${nullable}, values: ${JSON.stringify(facts.values)} }`;
  return undefined;
}

function describeTarget(facts: ColumnFacts): { task: "regression" | "classification"; column: string } {
  const name = JSON.stringify(facts.name);
  if (facts.present < facts.rows) {
    throw new PlatformError(
      "DATA_INVALID",
      `The target "${facts.name}" is missing in ${facts.rows - facts.present} rows. Leave those rows out of the file.`,
    );
  }
  const values = (facts.values ?? []).map((value) => value.toLowerCase()).join();
  if (facts.boolean || values === "0,1")
    return { task: "classification", column: `{ name: ${name}, type: "boolean", role: "target" }` };
  if (facts.distinct === 2) {
    return {
      task: "classification",
      column: `{ name: ${name}, type: "category", role: "target", values: ${JSON.stringify(facts.values)} }`,
    };
  }
  if (facts.numeric)
    return { task: "regression", column: `{ name: ${name}, type: "number", role: "target" }` };
  throw new PlatformError(
    "DATA_INVALID",
    `The target "${facts.name}" has ${facts.distinct} different texts. Expected numbers (regression) or two values (classification). Name another with --target.`,
  );
}

/** The text of `model.ts` for what was seen of a file. Columns that cannot be used stay in it as a comment. */
export function writeDefinition(name: string, target: ColumnFacts, others: readonly ColumnFacts[]): string {
  const { task, column } = describeTarget(target);
  const described = others.map((facts) => {
    const text = describeFeature(facts);
    if (text !== undefined) return `    ${text},`;
    const why = facts.present === 0 ? "is always empty" : `is text with ${facts.distinct} different values`;
    return `    // ${JSON.stringify(facts.name)} ${why}, so it is left out.`;
  });
  const [trainer, gate] =
    task === "regression"
      ? [`{ kind: "ridge", alpha: 1 }`, `{ metric: "rmse", floors: [{ metric: "r2", atLeast: 0 }] }`]
      : [`{ kind: "logistic", l2: 1 }`, `{ metric: "auc", floors: [{ metric: "auc", atLeast: 0.5 }] }`];
  return `import type { ModelDefinitionInput } from "../../platform/definition";

const definition: ModelDefinitionInput = {
  name: ${JSON.stringify(name)},
  task: ${JSON.stringify(task)},
  data: "data.csv",
  // Written from the data: check each range, list of values and unit against what you know.
  columns: [
${described.join("\n")}
    ${column},
  ],
  split: { testFraction: 0.2, seed: 1 },
  trainer: ${trainer},
  gate: ${gate},
};

export default definition;
`;
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
      `"${name}" is not a model name. Expected 3 to 40 lower-case letters, digits and dashes, for example churn.`,
    );
  }
  const folder = path.join(models, name);
  const engine = await DuckDbEngine.open();
  try {
    const facts = await readFacts(engine, from);
    const targetName = options.target ?? facts.at(-1)?.name;
    const target = facts.find((column) => column.name === targetName);
    if (!target) {
      throw new PlatformError(
        "USAGE",
        `"${targetName}" is not a column of ${from}. Columns: ${facts.map((column) => column.name).join(", ")}. Name one with --target.`,
      );
    }
    const text = writeDefinition(
      name,
      target,
      facts.filter((column) => column !== target),
    );
    await createFolder(folder, name);
    await copyFile(from, path.join(folder, "data.csv"));
    await writeFile(path.join(folder, "model.ts"), text);
    return path.join(folder, "model.ts");
  } catch (error) {
    if (!(error instanceof PlatformError)) await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await engine.close();
  }
}

async function createFolder(folder: string, name: string): Promise<void> {
  try {
    await mkdir(folder);
  } catch (error) {
    if (systemErrorCode(error) !== "EEXIST") throw error;
    throw new PlatformError(
      "CONFLICT",
      `${folder} exists already. Choose another name than "${name}", or delete the folder.`,
    );
  }
}

async function readFacts(engine: SqlEngine, file: string): Promise<ColumnFacts[]> {
  try {
    await engine.run(
      `CREATE TABLE source AS SELECT * FROM read_csv(${literal(file)}, header = true, all_varchar = true, nullstr = '')`,
    );
  } catch (cause) {
    const reason = cause instanceof Error ? (cause.message.split("\n")[0] ?? "") : String(cause);
    throw new PlatformError(
      "DATA_UNREADABLE",
      `${file} cannot be read as CSV: ${reason} Expected a comma-separated file in UTF-8 with a header line.`,
      { cause },
    );
  }
  const columns = await engine.rows(
    `SELECT column_name AS name FROM information_schema.columns WHERE table_name = 'source' ORDER BY ordinal_position`,
  );
  const facts = [];
  for (const { name } of columns) facts.push(await factsOf(engine, String(name)));
  return facts;
}
