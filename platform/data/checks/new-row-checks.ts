import { writeFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../base/errors";
import { withTemporaryFolder } from "../../base/files";
import { counted } from "../../base/wording";
import type { ModelDefinition } from "../../definition/definition";
import { toCsvLine } from "../../sql/csv-line";
import type { SqlRow } from "../../sql/engine";
import { checkValues } from "./value-checks";
import { readColumnFacts } from "../column-facts";
import { openData } from "../open-data";
import { writtenRows } from "../values/written-rows";

/** Most rows of a fault that a message names. */
const maxNamed = 5;

/**
 * Checks rows that are to be added to data by the checks of single values: types, missing values, ranges and allowed values. What
 * only the whole data tells is checked before it is trained on. Throws DATA_INVALID with every fault; `nameOf` is how people know a row.
 */
export async function requireValidRows(
  definition: ModelDefinition,
  rows: readonly SqlRow[],
  nameOf: (row: SqlRow) => string,
): Promise<void> {
  if (rows.length === 0) return;
  const names = definition.columns.map(({ name }) => name);
  const findings = await withTemporaryFolder("mlops-new-rows-", async (folder) => {
    const file = path.join(folder, "new-rows.csv");
    const lines = writtenRows(rows, definition.format).map((row) => names.map((name) => row[name] ?? null));
    await writeFile(file, [names, ...lines].map((line) => toCsvLine(line)).join(""));
    const { engine, source } = await openData(definition, file);
    try {
      const facts = await readColumnFacts(engine, definition.columns, source.rows);
      // How many values may be missing is said of all rows, not of the new ones.
      const checks = { ...definition.checks, maxMissing: 1 };
      return await checkValues(engine, { ...definition, checks }, facts, source.rows);
    } finally {
      await engine.close();
    }
  });
  const errors = findings.filter(({ severity }) => severity === "error");
  if (errors.length === 0) return;
  const lines = errors.map(({ message, examples = [] }) => {
    const named = examples.slice(0, maxNamed).flatMap(({ row, value }) => {
      const found = rows[row - 1];
      return found === undefined ? [] : [`${nameOf(found)}: "${value}"`];
    });
    return `  - ${message}${named.length === 0 ? "" : ` First: ${named.join("; ")}.`}`;
  });
  throw new PlatformError(
    "DATA_INVALID",
    `${counted(rows.length, "labelled row")} cannot be added to the data of ${definition.name}. Nothing was written. Correct:\n${lines.join("\n")}`,
  );
}
