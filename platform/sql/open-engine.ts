import { DuckDbEngine } from "./duckdb-engine";
import type { SqlEngine } from "./engine";

/** Opens the engine that does the work on data: the embedded one. Whoever opens it closes it. */
export function openEngine(): Promise<SqlEngine> {
  return DuckDbEngine.open();
}
