import { DuckDbEngine } from "./duckdb/duckdb-engine";
import type { EmbeddedEngine, SqlEngine } from "./engine";
import { SparkEngine } from "./spark/spark-engine";
import type { SparkServer } from "./spark/spark-server";

/** Where the work on a model's data is done: in this process where there is no server. */
export interface SqlPlace {
  readonly spark?: SparkServer | undefined;
  /** Stops what a server is working on. */
  readonly signal?: AbortSignal | undefined;
}

/** Opens the engine that is in this process. Whoever opens it closes it. */
export function openEngine(): Promise<EmbeddedEngine> {
  return DuckDbEngine.open();
}

/** Opens the engine that works on a model's data. Whoever opens it closes it. */
export function openEngineAt({ spark, signal }: SqlPlace): Promise<SqlEngine> {
  return spark ? SparkEngine.open(spark, signal) : openEngine();
}
