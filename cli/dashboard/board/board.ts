import type { ModelDefinition } from "../../../platform/definition/definition";
import type { ModelVersion } from "../../../platform/registry/registry";
import type { DeploymentStatus } from "../../../platform/release/deployment";
import type { NodePrice } from "../../../platform/settings/node-price";
import type { RecordedDecision } from "../../retraining/decision-journal";
import type { WatchedWindow } from "../../watching/window-journal";
import type { RunSummary } from "../../runs/run-summary";

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
