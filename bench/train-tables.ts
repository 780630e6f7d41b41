import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { openEngine } from "../platform/sql/open-engine";
import { literal } from "../platform/sql/engine";

/** A table that is made up, and what is to be trained on it. */
export interface BenchTable {
  readonly name: string;
  readonly trainer: "ridge" | "logistic" | "boosted-trees";
  readonly rows: number;
  /** Columns of numbers, uniform from 0 to 100. */
  readonly numbers: number;
  readonly categories?: { readonly columns: number; readonly levels: number; readonly encoding?: "target" };
}

const range = [0, 100] as const;

const numberNames = ({ numbers }: BenchTable): string[] =>
  Array.from({ length: numbers }, (_, at) => `x${at}`);
const categoryNames = ({ categories }: BenchTable): string[] =>
  Array.from({ length: categories?.columns ?? 0 }, (_, at) => `k${at}`);

const trainers = {
  ridge: { kind: "ridge", alpha: 1 },
  logistic: { kind: "logistic", l2: 1 },
  "boosted-trees": { kind: "boosted-trees" },
} as const;

/** As a definition says it: what a program in Python reads, too. */
function definitionOf(table: BenchTable): Record<string, unknown> {
  const regression = table.trainer !== "logistic";
  const encoding = table.categories?.encoding;
  return {
    name: table.name,
    task: regression ? "regression" : "classification",
    data: "data.parquet",
    columns: [
      ...numberNames(table).map((name) => ({ name, type: "number", range })),
      ...categoryNames(table).map((name) => ({ name, type: "category", ...(encoding && { encoding }) })),
      regression
        ? { name: "y", type: "number", role: "target" }
        : { name: "y", type: "category", role: "target", values: ["no", "yes"] },
    ],
    // A table of few values repeats rows by chance.
    checks: { maxDuplicates: 1 },
    split: { testFraction: 0.2, seed: 1 },
    trainer: trainers[table.trainer],
    gate: { metric: regression ? "rmse" : "logLoss", minImprovement: 0 },
  };
}

/** Rows in which the target follows from all columns, up to noise. */
function queryOf(table: BenchTable): string {
  const numbers = numberNames(table).map((name) => `round(random() * 100, 4) AS ${name}`);
  const levels = table.categories?.levels ?? 1;
  const categories = categoryNames(table).map(
    (name) => `'v' || CAST(floor(random() * ${levels}) AS INTEGER) AS ${name}`,
  );
  const effects = [
    ...numberNames(table).map((name, at) => `${(at % 7) - 3} * ${name} / 100`),
    ...categoryNames(table).map((name) => `CAST(substr(${name}, 2) AS INTEGER) / ${levels}`),
  ];
  const noisy = `${effects.join(" + ")} + random() - 0.5`;
  // Half of the rows are of each class.
  const middle =
    numberNames(table).reduce((sum, _, at) => sum + ((at % 7) - 3) / 2, 0) + categoryNames(table).length / 2;
  const target =
    table.trainer === "logistic" ? `CASE WHEN ${noisy} > ${middle} THEN 'yes' ELSE 'no' END` : noisy;
  return `SELECT *, ${target} AS y FROM (SELECT ${[...numbers, ...categories].join(", ")} FROM range(${table.rows}))`;
}

/** Makes a folder of models with the definition, and the table as Parquet and as CSV. */
export async function makeTable(models: string, table: BenchTable): Promise<string> {
  const folder = path.join(models, table.name);
  await mkdir(folder, { recursive: true });
  await writeFile(path.join(folder, "model.ts"), `export default ${JSON.stringify(definitionOf(table))};\n`);
  await writeFile(path.join(folder, "definition.json"), JSON.stringify(definitionOf(table)));
  const engine = await openEngine();
  try {
    await engine.rows("SELECT setseed(0.5)");
    const parquet = literal(path.join(folder, "data.parquet"));
    await engine.run(`COPY (${queryOf(table)}) TO ${parquet} (FORMAT parquet)`);
    await engine.run(`COPY (FROM ${parquet}) TO ${literal(path.join(folder, "data.csv"))} (HEADER)`);
  } finally {
    await engine.close();
  }
  return folder;
}
