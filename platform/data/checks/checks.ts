import type { ModelDefinition } from "../../definition/definition";
import { checkClassSizes } from "./class-checks";
import type { DataReport, Finding } from "../findings";
import type { SqlEngine } from "../../sql/engine";
import { readColumnFacts } from "../column-facts";
import { checkConstant } from "./constant-checks";
import { checkFolder } from "../data-files";
import type { AcceptedChange, Champion } from "./distribution-check";
import { checkDistribution } from "./distribution-check";
import { checkDuplicates, checkRowCount } from "./row-checks";
import { checkSchema } from "./schema-check";
import type { DataSource } from "../source";
import { checkTarget } from "./target-checks";
import { checkValues } from "./value-checks";

/** What data is compared with, and which of its changes are let be. */
export interface CheckOptions {
  readonly champion?: Champion;
  readonly accepted?: AcceptedChange;
}

/**
 * Checks loaded data (the tables `raw` and `data`) against the definition of its model, and against the rows the
 * champion was trained on. A column with an error is left out of the checks that need all of its values, and
 * repeated rows are only looked for among whole ones, so that each fault is reported once.
 */
export async function checkData(
  engine: SqlEngine,
  definition: ModelDefinition,
  source: DataSource,
  { champion, accepted }: CheckOptions = {},
): Promise<DataReport> {
  const { rows, header } = source;
  const present = definition.columns.filter(({ name }) => header.includes(name));
  const facts = await readColumnFacts(engine, present, rows);
  const byColumn = [
    ...checkFolder(source.notRead),
    ...checkSchema([...definition.columns, ...splitColumns(definition)], header),
    ...(await checkValues(engine, definition, facts, rows)),
  ];
  const rowCount = checkRowCount(definition, rows);
  const findings = [...byColumn, ...rowCount];
  if (!byColumn.some(({ check, severity }) => severity === "error" && ["schema", "type"].includes(check))) {
    findings.push(...(await checkDuplicates(engine, definition, rows)));
  }
  if (rowCount.length === 0) {
    const sound = facts.filter(({ column }) => !hasError(byColumn, column.name));
    const target = await checkTarget(engine, definition, sound, rows);
    findings.push(...checkConstant(sound, rows), ...target);
    if (sound.some(({ column }) => column.role === "target") && target.length === 0)
      findings.push(...(await checkClassSizes(engine, definition)));
    if (champion) {
      const compared = { champion, rows, ...(accepted && { accepted }) };
      const unsuspected = sound.filter(({ column }) => !hasError(target, column.name));
      findings.push(...(await checkDistribution(engine, definition, unsuspected, compared)));
    }
  }
  return {
    source: source.file,
    rows,
    columns: header.length,
    comparedWith: champion?.model ?? "the definition",
    findings: findings.map((finding) => withoutPersonalValues(finding, definition)),
  };
}

/** A finding as it may be shown and kept: of a personal column, the rows without their values. */
function withoutPersonalValues(finding: Finding, { columns }: ModelDefinition): Finding {
  const { column, examples } = finding;
  const isPersonal = columns.some(({ name, personal }) => name === column && personal);
  if (!isPersonal || examples === undefined) return finding;
  return { ...finding, examples: examples.map(({ row }) => ({ row, value: "(personal)" })) };
}

/** The columns that say which rows are held out, beside those of the definition. */
function splitColumns({ split, columns }: ModelDefinition): { readonly name: string }[] {
  return [split.column, split.group, split.time].flatMap((name) =>
    name === undefined || columns.some((column) => column.name === name) ? [] : [{ name }],
  );
}

function hasError(findings: readonly Finding[], column: string): boolean {
  return findings.some((finding) => finding.severity === "error" && finding.column === column);
}
