import { namesText } from "./prediction-log-settings";
import { choice, variable } from "./variable";

/** "off": candidates are registered without being compared with the champion. */
export const evaluation = choice("MLOPS_EVALUATION", ["on", "off"], "on");
/** When the gate says no: "cancel" registers nothing, "continue" registers the candidate all the same. */
export const onNoPromotion = choice("MLOPS_ON_NO_PROMOTION", ["cancel", "continue"], "cancel");

/** Columns that may be of another population than in the champion's rows; "all" is every one. */
export const acceptPopulation = variable(
  "MLOPS_ACCEPT_POPULATION",
  namesText.default([]),
  "columns, separated by commas",
);

/** Columns whose change may refuse requests that the champion answers; "all" is every one. */
export const acceptBreaking = variable(
  "MLOPS_ACCEPT_BREAKING",
  namesText.default([]),
  "columns, separated by commas",
);
