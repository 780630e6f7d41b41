import { settingOf } from "../../deploy/azure/stack-settings";
import type { StackOutputs } from "../../deploy/azure/pulumi-stack";
import type { DataVersions } from "../../platform/data/versions/data-versions";
import { openDataVersions } from "../../platform/data/versions/open-data-versions";
import { placeOf } from "../../platform/release/place";
import { openStorage } from "../../platform/storage/open-storage";
import type { Storage } from "../../platform/storage/storage";
import { dataAddressIn } from "../data/stack-data";
import type { Session } from "../session/session";
import type { TargetName } from "../session/target";

/** Where data of a model is: on this machine, or with the stack of an environment. */
export interface DataPlace {
  /** The environment whose stack it is. */
  readonly environment?: string;
  /** What was trained on there; undefined where that is kept nowhere. */
  readonly dataVersions: DataVersions | undefined;
  /** The container with what was delivered to train on. */
  readonly delivered?: Storage;
}

/** All places that may have something of a person. */
export interface Places {
  /** Prediction logs, each once. */
  readonly logs: readonly Storage[];
  readonly data: readonly DataPlace[];
  /** Where truth is delivered, in a folder of each model; the stacks' with their environment. */
  readonly truths: readonly { readonly environment?: string; readonly storage: Storage }[];
  /** Environments that have no stack, and so nothing of anybody. */
  readonly absent: readonly string[];
}

async function dataOfStack(
  { settings, output }: Pick<Session, "settings" | "output">,
  environment: string,
  outputs: StackOutputs,
): Promise<DataPlace> {
  // A place that is named is searched once, as this machine's.
  const kept =
    settings.dataVersions === undefined
      ? settingOf(outputs, { stack: environment, process: "cli", name: "MLOPS_DATA_VERSIONS" })
      : undefined;
  return {
    environment,
    dataVersions: await openDataVersions(kept, (message) => output.print(message)),
    delivered: await openStorage(dataAddressIn(outputs, environment)),
  };
}

/** What is on this machine, or with the stacks of all environments: each has a log, deliveries and versions of its own. */
export async function placesOf(
  session: Pick<Session, "settings" | "output" | "environments" | "predictions" | "dataVersions" | "signal">,
  target: TargetName,
): Promise<Places> {
  const { settings, environments, predictions, dataVersions, signal } = session;
  const named = settings.truth === undefined ? [] : [{ storage: await openStorage(settings.truth) }];
  if (placeOf(target).environments === "processes")
    return { logs: [predictions], data: [{ dataVersions }], truths: named, absent: [] };
  const { findStackOutputs } =
    require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
  const logs = settings.predictionLog === undefined ? [] : [predictions];
  const data: DataPlace[] = settings.dataVersions === undefined ? [] : [{ dataVersions }];
  const truths: { environment?: string; storage: Storage }[] = [...named];
  const absent: string[] = [];
  for (const stack of environments.names) {
    const outputs = await findStackOutputs(stack, signal);
    if (outputs === undefined) {
      absent.push(stack);
      continue;
    }
    data.push(await dataOfStack(session, stack, outputs));
    const log = { stack, process: "scoring", name: "MLOPS_PREDICTION_LOG" } as const;
    if (settings.predictionLog === undefined) logs.push(await openStorage(settingOf(outputs, log)));
    if (settings.truth !== undefined) continue;
    const truth = settingOf(outputs, { stack, process: "cli", name: "MLOPS_TRUTH" });
    truths.push({ environment: stack, storage: await openStorage(truth) });
  }
  return { logs, data, truths, absent };
}
