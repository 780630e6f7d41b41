import { featuresOf } from "../../platform/definition/definition";
import { splitData } from "../../platform/data/split";
import { identifier, type SqlRow } from "../../platform/sql/engine";
import type { Workbench } from "../../training/inputs/workbench";

/** The features of held-out rows, by name, as a client would send them; at most `max`. */
export async function heldOutRows({ engine, definition }: Workbench, max = 500): Promise<SqlRow[]> {
  await splitData(engine, definition);
  const columns = featuresOf(definition).map(({ name }) => identifier(name));
  return engine.rows(`SELECT ${columns.join(", ")} FROM data WHERE _held_out ORDER BY _row LIMIT ${max}`);
}
