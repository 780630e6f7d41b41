import type { Digest } from "../../../platform/base/files";
import type { ModelDefinition } from "../../../platform/definition/definition";
import { metricNames, type MetricName, type Metrics } from "../../../platform/definition/metric-names";
import { formatModelRef } from "../../../platform/definition/model-ref";
import type { ModelVersion } from "../../../platform/registry/registry";
import type { DeploymentStatus } from "../../../platform/release/deployment";
import type { NodePrice } from "../../../platform/settings/node-price";
import type { RecordedDecision } from "../../retraining/decision-journal";
import type { WatchedWindow } from "../../watching/window-journal";
import type { RunSummary } from "../../runs/run-summary";
import type { VersionFacts } from "./version-facts";

/** All that is known of a model at one moment. */
export interface Board {
  readonly name: string;
  readonly definition: ModelDefinition;
  /** What the environments serve, in the order in which a release passes them. */
  readonly deployments: readonly DeploymentStatus[];
  readonly production: string;
  /** Newest first. */
  readonly runs: readonly RunSummary[];
  /** Newest first. */
  readonly versions: readonly ModelVersion[];
  /** What the files of versions say whose runs are not on this machine, by digest: of the newest, as far as they have been read. */
  readonly facts: ReadonlyMap<Digest, VersionFacts>;
  /** Decisions about retraining, newest first. */
  readonly decisions: readonly RecordedDecision[];
  /** What `mlops monitor` has measured in production, oldest first. */
  readonly windows: readonly WatchedWindow[];
  /** What could not be read, in sentences. */
  readonly problems: readonly string[];
  /** Of an hour of a node; costs of trainings are not shown without it. */
  readonly nodePrice?: NodePrice;
  /** Whether the model is trained by a stack in Azure, too. */
  readonly hasStack: boolean;
  /** ISO 8601, UTC. */
  readonly readAt: string;
}

/** A model whose definition is wrong. */
export interface BrokenBoard {
  readonly name: string;
  readonly fault: string;
}

/** What production holds of a model. */
export function productionOf({ deployments, production }: Board): DeploymentStatus | undefined {
  return deployments.find(({ environment }) => environment === production);
}

/** The run that registered a version, where it is on this machine. */
export function runOfVersion({ runs }: Board, version: string): RunSummary | undefined {
  return runs.find((run) => run.version === version);
}

/** The newest run, if it waits for an approval: an older one was overtaken. */
export function waitingForApproval({ runs }: Board): RunSummary | undefined {
  return runs.slice(0, 1).find(({ outcome }) => outcome === "waiting-for-approval");
}

/** The metric that registration has noted in a tag, as in "rmse 54.35": to four digits. */
function notedMetric(text: string | undefined): Metrics | undefined {
  const [, name, value] = /^(\w+) (\S+)$/.exec(text ?? "") ?? [];
  if (!(metricNames as readonly (string | undefined)[]).includes(name)) return undefined;
  return Number.isFinite(Number(value)) ? { [name as MetricName]: Number(value) } : undefined;
}

/** What was measured of a version on the rows held out from it: as its run says, its files or, of the gate's metric alone, its tags. */
export function heldOutOf(board: Board, version: ModelVersion): Metrics | undefined {
  const run = runOfVersion(board, formatModelRef(version));
  return run?.heldOut ?? board.facts.get(version.digest)?.heldOut ?? notedMetric(version.tags.measured);
}

/** The same of a release; its run is enough where the registry does not answer. */
export function heldOutOfRelease(board: Board, model: string): Metrics | undefined {
  const version = board.versions.find((each) => formatModelRef(each) === model);
  return version === undefined ? runOfVersion(board, model)?.heldOut : heldOutOf(board, version);
}

/** Digest of the data that a version was trained on, where that is known. */
export function dataOfVersion(board: Board, version: ModelVersion): string | undefined {
  return runOfVersion(board, formatModelRef(version))?.data?.digest ?? version.tags.data;
}
