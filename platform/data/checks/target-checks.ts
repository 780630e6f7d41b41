import type { ColumnDefinition, ModelDefinition } from "../../definition/definition";
import { targetOf } from "../../definition/definition";
import type { Finding } from "../findings";
import type { SqlEngine } from "../../sql/engine";
import { double, identifier, literal } from "../../sql/engine";
import type { ColumnFacts } from "../column-facts";

/** Rows a feature must share with the target before they can be called the same. */
const minPairs = 10;
/** How close to 1 a correlation counts as 1. */
const tolerance = 1e-9;

/** Rows of which most features show that they do not give the target away, so that the others need not be read. */
const firstRows = 10_000;
/** Below it in the first rows, the correlation of all rows cannot be 1. */
const suspectedCorrelation = 0.999;

const remedy =
  "A model would only copy it, and it is not known when the model is asked; remove it from the features.";

/** Checks the target against its features: that it varies, and that no feature gives it away. `facts` are of sound columns. */
export async function checkTarget(
  engine: SqlEngine,
  definition: ModelDefinition,
  facts: readonly ColumnFacts[],
  rows: number,
): Promise<Finding[]> {
  const { name } = targetOf(definition);
  const target = facts.find(({ column }) => column.name === name);
  if (!target) return [];
  if (target.min === target.max) {
    const message = `The target "${name}" is ${String(target.min)} in ${rows === 1 ? "the only row" : `all ${rows} rows`}. There is nothing to learn from one value; add rows with others.`;
    return [{ severity: "error", check: "target", column: name, message, count: rows }];
  }
  const features = facts.filter(
    ({ column, min, max, missing }) => column.role === "feature" && (min !== max || missing > 0),
  );
  const unlike = await findUnlike(engine, features, target);
  const suspected = features.filter(({ column }) => !unlike.has(column.name));
  const leaks = await Promise.all(
    suspected.map(async (feature): Promise<Finding[]> => {
      const how = await findLeak(engine, feature, target);
      if (how === undefined) return [];
      const message = `Feature "${feature.column.name}" ${how}. ${remedy}`;
      return [{ severity: "error", check: "leakage", column: feature.column.name, message }];
    }),
  );
  return leaks.flat();
}

/** Features whose first rows show that they are no straight-line function of the target. */
async function findUnlike(
  engine: SqlEngine,
  features: readonly ColumnFacts[],
  target: ColumnFacts,
): Promise<ReadonlySet<string>> {
  const y = asNumber(target);
  const numbers = features.flatMap((feature) => {
    const x = asNumber(feature);
    return x === undefined ? [] : [{ name: feature.column.name, x }];
  });
  if (y === undefined || numbers.length === 0) return new Set();
  const asked = numbers.map(({ x }, index) => `corr(${x}, ${y}) AS r${index}, count(${x}) AS n${index}`);
  const [row = {}] = await engine.rows(
    `SELECT ${asked.join(", ")} FROM (SELECT * FROM data LIMIT ${firstRows}) AS first_rows`,
  );
  const isUnlike = (index: number): boolean => {
    const correlation = row[`r${index}`];
    return (
      typeof correlation === "number" &&
      Number(row[`n${index}`]) >= minPairs &&
      Math.abs(correlation) < suspectedCorrelation
    );
  };
  return new Set(numbers.flatMap(({ name }, index) => (isUnlike(index) ? [name] : [])));
}

/** How a feature gives the target away, if it does. */
async function findLeak(
  engine: SqlEngine,
  feature: ColumnFacts,
  target: ColumnFacts,
): Promise<string | undefined> {
  const [x, y] = [asNumber(feature), asNumber(target)];
  const name = target.column.name;
  const [value, goal] = [identifier(feature.column.name), identifier(name)];
  if (x !== undefined && y !== undefined) {
    const sameType = feature.column.type === target.column.type;
    return findLinearLeak(engine, { x, y, name, differs: sameType ? `${value} <> ${goal}` : "TRUE" });
  }
  if (target.column.type === "number") {
    const differs = `count(CASE WHEN ${engine.dialect.tryDouble(value)} = ${goal} THEN NULL ELSE 1 END)`;
    const [row] = await engine.rows(
      `SELECT count(*) AS pairs, ${differs} AS others FROM data WHERE ${value} IS NOT NULL`,
    );
    return Number(row?.pairs) >= minPairs && Number(row?.others) === 0
      ? `equals the target "${name}" in every row`
      : undefined;
  }
  // A missing value counts as a value of its own: what is known only of one class gives the target away too.
  const [row] = await engine.rows(
    `SELECT count(*) AS pairs, count(DISTINCT v) AS vs, count(DISTINCT t) AS ts FROM ` +
      `(SELECT DISTINCT COALESCE(CAST(${value} AS STRING), '') AS v, ${goal} AS t FROM data) AS pairs`,
  );
  const values = Number(row?.vs);
  if (values !== Number(row?.pairs) || values !== Number(row?.ts)) return undefined;
  return `tells the target "${name}" in every row: each of its ${values} values goes with a value of the target`;
}

/** A copy of the target, or the same but for unit and offset. */
async function findLinearLeak(
  engine: SqlEngine,
  { x, y, name, differs }: { x: string; y: string; name: string; differs: string },
): Promise<string | undefined> {
  const [row] = await engine.rows(
    `SELECT corr(${x}, ${y}) AS r, count(${x}) AS pairs, count(CASE WHEN ${differs} THEN 1 END) AS others FROM data`,
  );
  const correlation = row?.r;
  if (typeof correlation !== "number" || Number(row?.pairs) < minPairs) return undefined;
  if (!(Math.abs(correlation) >= 1 - tolerance)) return undefined;
  return Number(row?.others) === 0
    ? `equals the target "${name}" in every row`
    : `is a straight-line function of the target "${name}" in every row (correlation ${correlation < 0 ? "-1" : "1"})`;
}

/** SQL for a column's values as numbers within -1..1, which no square can overflow; `undefined` for a category, or one value. */
function asNumber({ column, min, max }: ColumnFacts): string | undefined {
  const value = identifier(column.name);
  if (min === max) return undefined;
  if (column.type === "boolean") return `CASE WHEN ${value} THEN 1.0E0 WHEN NOT ${value} THEN 0.0E0 END`;
  if (column.type === "number") {
    return `(${value} / ${double(Math.max(Math.abs(Number(min)), Math.abs(Number(max))))})`;
  }
  return twoValued(column, value);
}

function twoValued({ values }: ColumnDefinition, value: string): string | undefined {
  const [first, second, third] = values ?? [];
  if (first === undefined || second === undefined || third !== undefined) return undefined;
  return `CASE ${value} WHEN ${literal(first)} THEN 0.0E0 WHEN ${literal(second)} THEN 1.0E0 END`;
}
