import { featuresOf } from "../../platform/definition/definition";
import { splitData } from "../../platform/data/split";
import { identifier, literal, type SqlRow } from "../../platform/sql/engine";
import type { Workbench } from "../../training/inputs/workbench";

/**
 * The features of held-out rows, by name, as a client would send them; at most `max`, in a random order that is the same
 * every time. The first ones of a file that is sorted would be another population than the rest.
 */
export async function heldOutRows(
  { engine, definition }: Pick<Workbench, "engine" | "definition">,
  max = 500,
): Promise<SqlRow[]> {
  await splitData(engine, definition);
  const columns = featuresOf(definition).map(({ name }) => identifier(name));
  const order = `md5(concat_ws('|', ${literal(String(definition.split.seed))}, _row))`;
  return engine.rows(`SELECT ${columns.join(", ")} FROM data WHERE _held_out ORDER BY ${order} LIMIT ${max}`);
}
