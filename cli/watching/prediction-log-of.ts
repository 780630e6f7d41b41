import { settingOf } from "../../deploy/azure/stack-settings";
import { placeOf } from "../../platform/release/place";
import { openStorage } from "../../platform/storage/open-storage";
import type { Storage } from "../../platform/storage/storage";
import type { Session } from "../session/session";
import type { TargetName } from "../session/target";
import { openingRecords } from "../session/watch-history";

/** Outputs of an environment's stack: its own or, in a web app, what its last release has recorded of them. */
export async function outputsOfEnvironment(
  session: Session,
  { environment, model }: { readonly environment: string; readonly model: string },
): Promise<Readonly<Record<string, unknown>>> {
  if (session.hosted !== undefined) {
    const { findServed } =
      require("../../deploy/azure/served-record") as typeof import("../../deploy/azure/served-record");
    return (await findServed(await openingRecords(session)(), { environment, model }))?.outputs ?? {};
  }
  const { readStackOutputs } =
    require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
  return readStackOutputs(environment, session.signal);
}

/** The prediction log: that of the settings or, of a stack's environment, the one that its service writes. */
export async function predictionLogOf(
  session: Session,
  asked: { readonly target: TargetName; readonly environment: string; readonly model: string },
): Promise<Storage> {
  const { predictions, settings } = session;
  const { target, environment: stack } = asked;
  if (placeOf(target).environments === "processes" || settings.predictionLog !== undefined)
    return predictions;
  const outputs = await outputsOfEnvironment(session, asked);
  return openStorage(settingOf(outputs, { stack, process: "scoring", name: "MLOPS_PREDICTION_LOG" }));
}
