import { settingOf } from "../../deploy/azure/stack-settings";
import { openStorage } from "../../platform/storage/open-storage";
import type { Storage } from "../../platform/storage/storage";
import type { Session } from "../session/session";
import type { TargetName } from "../session/target";

/** The prediction log: that of the settings or, of a stack's environment, the one that its service writes. */
export async function predictionLogOf(
  { predictions, settings, signal }: Session,
  { target, environment: stack }: { readonly target: TargetName; readonly environment: string },
): Promise<Storage> {
  if (target === "local" || settings.predictionLog !== undefined) return predictions;
  const { readStackOutputs } =
    require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
  const outputs = await readStackOutputs(stack, signal);
  return openStorage(settingOf(outputs, { stack, process: "scoring", name: "MLOPS_PREDICTION_LOG" }));
}
