import type { DataSource } from "../../platform/data/source";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { Lineage } from "../../platform/model/model-directory";
import type { SqlEngine } from "../../platform/sql/engine";

/** What a model is trained from and where it goes. */
export interface TrainingRequest {
  /** Its table `data` is loaded and split. */
  readonly engine: SqlEngine;
  readonly definition: ModelDefinition;
  readonly source: Pick<DataSource, "file" | "digest" | "rows">;
  /** The model directory to make; it must not exist. */
  readonly outputDirectory: string;
  /** Id of the run. */
  readonly run: string;
  readonly now: Date;
  readonly code: Lineage["code"];
  readonly parentRun?: string | undefined;
  /** Champion the candidate will be compared with: `name:version`. */
  readonly champion?: string | undefined;
  /** Folder a command trainer's program is started in: the model's. */
  readonly commandDirectory: string;
  /** Gets each line that a command trainer's program prints. */
  readonly onOutput?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}
