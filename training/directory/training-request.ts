import type { DataSource } from "../../platform/data/source";
import type { SplitRule } from "../../platform/data/split/split-rule";
import type { Lineage } from "../../platform/model/model-directory";
import type { TrainerInput } from "../trainers/trainer";

/** What a model is trained from and where it goes; the table `data` of the engine is loaded and split. */
export interface TrainingRequest extends Omit<TrainerInput, "from" | "folds" | "beside" | "workDirectory"> {
  readonly source: Pick<DataSource, "file" | "digest" | "files" | "header" | "rows"> &
    Partial<Pick<DataSource, "stamp">>;
  /** How its rows are split. */
  readonly split: SplitRule;
  /** The model directory to make; it must not exist. */
  readonly outputDirectory: string;
  /** Id of the run. */
  readonly run: string;
  readonly now: Date;
  readonly code: Lineage["code"];
  readonly parentRun?: string | undefined;
  /** Champion the candidate will be compared with: `name:version`. */
  readonly champion?: string | undefined;
}
