import { z } from "zod";
import { daysText } from "./prediction-log-settings";
import { variable, wholeNumber } from "./variable";

const folder = z.string().min(1);

/** Folder of the prediction log, or address of a blob container; nothing is logged without it. */
export const predictionLog = variable(
  "MLOPS_PREDICTION_LOG",
  folder.optional(),
  "a folder, or the https:// address of a blob container",
);
/** Where the data that models were trained on is kept; of a command in the home when not set, of a job nowhere. */
const dataVersions = variable(
  "MLOPS_DATA_VERSIONS",
  folder.optional(),
  '"off", a folder, or the https:// address of a blob container',
);
/** Days after which data is no longer kept that no registered version was trained on. */
const dataVersionDays = variable("MLOPS_DATA_VERSION_DAYS", daysText.optional(), "a number of days");
export const versions = { dataVersions, dataVersionDays };
/** What `monitor` measured and decided; of a command in the home, or in Azure in the environment that trains, when not set. */
const history = variable(
  "MLOPS_HISTORY",
  folder.optional(),
  "a folder, or the https:// address of a blob container",
);
/** Most retrainings in seven days that watching a model may start; 0 starts none. */
const retrainingsPerWeek = wholeNumber("MLOPS_RETRAININGS_PER_WEEK", [0, 100], undefined);
/** What predictions turned out to be, in a folder of each model; of a command in Azure in the environment that is watched, when not set. */
const truth = variable(
  "MLOPS_TRUTH",
  folder.optional(),
  "a folder, or the https:// address of a blob container",
);
export const watching = { history, retrainingsPerWeek, truth };
/** Outputs of stacks by name, in JSON, of a machine without Pulumi; read by deploy/azure/stack-outputs.ts. */
const stackOutputs = variable("MLOPS_STACK_OUTPUTS", folder.optional(), "JSON of outputs by stack");
/** Who has something done by this process, where somebody else vouches for the name. */
const actor = variable("MLOPS_ACTOR", z.string().min(1).max(320).optional(), "the name of a person");
export const hosting = { stackOutputs, actor };
/** The audit trail; of a command in the home when not set, of a job nowhere. */
export const audit = variable(
  "MLOPS_AUDIT",
  folder.optional(),
  "a folder, or the https:// address of a blob container",
);
