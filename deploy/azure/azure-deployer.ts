import { z } from "zod";
import {
  emptySample,
  type Deployer,
  type Deployment,
  type DeploymentEvent,
  type DeploymentStatus,
  type Release,
  type TrackSample,
  type Traffic,
} from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import { releaseStateSchema } from "../../platform/release/release-state";
import { eventsOf, messageOf, type PastUpdate } from "./release-history";
import type { StackOptions, StackOutputs } from "./pulumi-stack";
import { ReleaseStack, type ResourceChanges } from "./release-stack";
import { nextDeployment, type ReleaseChange } from "../rules/transitions";
import { deploymentOf, releaseStateOf } from "./stack-release";
import { recordedOutputs, type Served } from "./served-record";
import { samplesOfTracks, type TrackSamples } from "./track-samples";

export interface AzureDeployerOptions extends StackOptions {
  /** The scoring image that holds a release, by its digest, in the registry that the environment pulls from. */
  readonly imageFor: (
    release: Release,
    stack: { environment: string; outputs: StackOutputs },
  ) => Promise<string>;
  /** Where an environment's versions are measured; undefined when it has no telemetry. */
  readonly samplesOf?: (outputs: StackOutputs) => TrackSamples | undefined;
  /** Starts a container group by its resource id, if it is stopped. */
  readonly start?: (groupId: string) => Promise<void>;
  /** Records what is served after a change. */
  readonly record?: (served: Served) => Promise<void>;
  /** Called after each update. */
  readonly onUpdated?: (changes: ResourceChanges) => void;
}

interface StackFacts {
  readonly stack: ReleaseStack;
  /** Of the environment's own stack. */
  readonly environment: StackOutputs;
  /** Of the stack of what serves. */
  readonly outputs: StackOutputs;
  readonly updates: readonly PastUpdate[];
  readonly deployment: Deployment;
}

/**
 * Serves releases in Azure: each change is an update of the stack of what serves, which has the environment's name. What
 * its outputs say is what serves; an update that fails leaves them, and the next one starts from there. The environment
 * itself is made and changed by another stack, on other occasions.
 */
export class AzureDeployer implements Deployer {
  constructor(private readonly options: AzureDeployerOptions) {}

  async status(environment: string, model: string): Promise<DeploymentStatus> {
    const { environment: place, outputs, deployment } = await this.read(environment, model);
    const samples = await samplesOfTracks(this.options.samplesOf?.(place), deployment, (line) =>
      this.options.report?.(line),
    );
    return statusOf(outputs, deployment, samples);
  }

  async deploy(environment: string, release: Release, traffic: Traffic): Promise<DeploymentStatus> {
    const { name: model } = parseModelRef(release.model);
    const facts = await this.read(environment, model);
    requirePlace(environment, facts.environment);
    const image = await this.options.imageFor(release, { environment, outputs: facts.environment });
    return this.change(facts, { action: "deploy", release: { ...release, image }, traffic });
  }

  async weight(environment: string, model: string, traffic: Traffic): Promise<DeploymentStatus> {
    return this.change(await this.read(environment, model), { action: "weight", traffic });
  }

  async promote(environment: string, model: string): Promise<DeploymentStatus> {
    return this.change(await this.read(environment, model), { action: "promote" });
  }

  async rollback(environment: string, model: string): Promise<DeploymentStatus> {
    // Whoever interrupts a release wants just this: the signal that ended it must not end the way back.
    const { signal, ...options } = this.options;
    void signal;
    const stack = await ReleaseStack.open(environment, options);
    return this.change(await this.read(environment, model, stack), { action: "rollback" });
  }

  private async read(environment: string, model: string, opened?: ReleaseStack): Promise<StackFacts> {
    const stack = opened ?? (await ReleaseStack.open(environment, this.options));
    const [place, outputs, updates] = await Promise.all([
      stack.environmentOutputs(),
      stack.outputs(),
      stack.history(),
    ]);
    const parsed = releaseStateSchema.safeParse(outputs.release ?? {});
    if (!parsed.success) {
      throw new PlatformError(
        "CONFLICT",
        `The output "release" of what serves in ${environment} is not valid: ${parsed.error.issues.map(({ message }) => message).join("; ")}. Run \`npm run infra:up -- --stack ${environment}\` with this version of the program.`,
      );
    }
    for (const served of [parsed.data.stable, parsed.data.canary]) {
      const name = served && parseModelRef(served.model).name;
      if (name === undefined || name === model) continue;
      throw new PlatformError(
        "CONFLICT",
        `Stack ${environment} serves ${name}, not ${model}. A stack serves one model. Add --model ${name}, or create a stack for ${model}.`,
      );
    }
    const deployment = deploymentOf({ environment, model }, parsed.data, eventsOf(updates));
    return { stack, environment: place, outputs, updates, deployment };
  }

  private async change(
    { stack, environment: place, updates, deployment }: StackFacts,
    change: ReleaseChange,
  ): Promise<DeploymentStatus> {
    const tracks = requirePlace(stack.name, place).kind === "containers" ? "one" : "two";
    const next = nextDeployment(deployment, change, {
      routes: { tracks, copies: false, weights: "whole" },
      time: new Date().toISOString(),
    });
    const event = next.history.at(-1);
    if (event === undefined) throw new Error(`${change.action} is not in the history`);
    const changes = await stack.update(releaseStateOf(next), messageOf(event));
    this.options.onUpdated?.(changes);
    const { environment, model } = deployment;
    const after = await this.read(environment, model, stack);
    requireNoneBetween(environment, updates, after.updates, event);
    const { containerGroupId: group } = after.outputs;
    if (change.action === "deploy" && typeof group === "string") await this.options.start?.(group);
    // It has had no requests since.
    const status = statusOf(after.outputs, after.deployment, new Map());
    const { url } = status;
    const outputs = recordedOutputs(place);
    await this.options.record?.({ deployment: after.deployment, ...(url !== undefined && { url }), outputs });
    return status;
  }
}

const placeSchema = z.looseObject({ kind: z.enum(["containers", "kubernetes"]) });

/** Where an environment lets a model serve; infra/config/serving-place.ts has all of it. A release makes no environment. */
function requirePlace(environment: string, { serving }: StackOutputs): z.output<typeof placeSchema> {
  const place = placeSchema.safeParse(serving);
  if (place.success) return place.data;
  throw new PlatformError(
    "CONFLICT",
    `Stack ${environment} has no infrastructure for a version to run on: it was never updated, or was last updated by an earlier version of this program. A release only changes which version serves; it does not create the environment. Run the pipeline mlops-infra, or \`npm run infra:up -- --stack ${environment}\`, then this command again.`,
  );
}

/** A deployment with where it answers, and what was seen of its versions. */
export function statusOf(
  { scoringUrl }: StackOutputs,
  deployment: Deployment,
  samples: ReadonlyMap<string, TrackSample>,
): DeploymentStatus {
  const { stable, canary } = deployment;
  const sampleOf = ({ model }: Release): TrackSample => samples.get(model) ?? emptySample;
  const serves = stable !== undefined || canary !== undefined;
  const url = serves && typeof scoringUrl === "string" && scoringUrl !== "" ? scoringUrl : undefined;
  return {
    ...deployment,
    ...(url !== undefined && { url }),
    samples: { ...(stable && { stable: sampleOf(stable) }), ...(canary && { canary: sampleOf(canary) }) },
  };
}

/** Two commands that read the same state and then each change it would silently undo one another's change. */
function requireNoneBetween(
  environment: string,
  before: readonly PastUpdate[],
  after: readonly PastUpdate[],
  event: DeploymentEvent,
): void {
  const last = (updates: readonly PastUpdate[], skipped: number): PastUpdate | undefined =>
    updates.filter(({ kind, result }) => kind === "update" && result === "succeeded")[skipped];
  const between = last(after, 1);
  if (between === undefined || between.startTime.getTime() === last(before, 0)?.startTime.getTime()) return;
  throw new PlatformError(
    "CONFLICT",
    `While ${event.action} of ${event.model} was prepared, stack ${environment} was updated by somebody else ("${between.message}"), and this change may have undone theirs. Only one release may run at a time. Compare with \`mlops status --target azure\`, and repeat what is missing.`,
  );
}
