import path from "node:path";
import type { DriftRule } from "../../platform/definition/definition";
import type { Deployer, Release } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { withTemporaryFolder } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { Registry } from "../../platform/registry/registry";
import { readReference } from "../../platform/model/model-directory";
import type { DriftReport } from "../../platform/drift/drift";
import { measureDrift } from "../../platform/drift/drift";
import { readPredictionLog } from "../../platform/predictions/prediction-log";
import type { PredictionRecord } from "../../platform/predictions/prediction-record";
import { profileRecordsAgainst } from "../../platform/drift/profile-values";
import type { Session } from "../session/session";

export interface MonitorOptions {
  readonly environment: string;
  readonly model: string;
  readonly rule: DriftRule;
  /** Only requests from this moment on. */
  readonly from?: Date;
  /** Instead of what clients asked: the requests of tests whose ids begin so. */
  readonly testsOf?: string;
}

export interface MonitorResult {
  /** The version whose requests and reference sample were compared. */
  readonly version: string;
  readonly drift: DriftReport;
}

/** What a version was asked by clients, or by the tests that are named. */
async function* askedOf(
  version: string,
  testsOf: string | undefined,
  records: AsyncIterable<PredictionRecord>,
): AsyncIterable<PredictionRecord> {
  for await (const record of records) {
    const { model, id, test = false } = record;
    const isAsked = testsOf === undefined ? !test : test && id.startsWith(testsOf);
    if (model === version && isAsked) yield record;
  }
}

/** The reference sample of a version that serves: in its package or, where that is not on this machine, in the registry. */
async function referenceOf(registry: Registry, { model, package: folder }: Release) {
  if (folder !== undefined) return readReference(path.join(folder, "model"));
  return withTemporaryFolder("mlops-reference-", async (scratch) => {
    await registry.download(parseModelRef(model), path.join(scratch, "model"));
    return readReference(path.join(scratch, "model"));
  });
}

/** Compares what an environment was asked, by its prediction log, with the reference sample of the version it serves. */
export async function monitor(
  session: Pick<Session, "predictions" | "output" | "registry"> & { readonly deployer: Deployer },
  { environment, model, rule, from, testsOf }: MonitorOptions,
): Promise<MonitorResult> {
  const { stable } = await session.deployer.status(environment, model);
  if (!stable) {
    throw new PlatformError(
      "NOT_FOUND",
      `No version of ${model} is in ${environment}, so there is nothing to watch. Release one with \`mlops lifecycle --model ${model}\`.`,
    );
  }
  const reference = await referenceOf(session.registry, stable);
  const log = readPredictionLog(session.predictions, {
    environment,
    model,
    ...(from && { from }),
    report: (message) => {
      session.output.print(message);
    },
  });
  const current = await profileRecordsAgainst(reference, askedOf(stable.model, testsOf, log));
  return { version: stable.model, drift: measureDrift(reference, current, rule) };
}
