import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import { longestGapHours } from "../../config/cron";
import type { Placement } from "../../config/placement";
import type { SparkPlace } from "../../config/spark-place";
import type { StepName } from "./training-specs";
import { commandSpec, contentDigest, dataInput, pipelineSpec, stepNames } from "./training-specs";
import { assetVersion } from "../foundation/asset-version";
import type { Identity } from "../foundation/foundation";

export interface TrainingPipelineArgs {
  readonly placement: Placement;
  readonly workspace: {
    readonly id: pulumi.Input<string>;
    readonly name: pulumi.Input<string>;
    readonly environmentId: pulumi.Input<string>;
  };
  readonly model: string;
  /** Cluster of all steps; while it is switched off, `computeId` of training-specs.ts gives its id. */
  readonly clusterId: pulumi.Input<string>;
  /** The cluster's identity. */
  readonly identity: Identity;
  readonly stepTimeoutMinutes: number;
  /** Cron expression for retraining, in UTC: minute, hour, *, *, weekday. */
  readonly schedule: string;
  readonly scheduleEnabled: boolean;
  /** `off` registers candidates without comparing them with the champion. */
  readonly evaluation: "on" | "off";
  readonly onNoPromotion: "cancel" | "continue";
  /** Comma-separated columns whose population may differ from the champion's rows. */
  readonly acceptPopulation?: string | undefined;
  /** Comma-separated columns whose change may refuse requests that the champion answers. */
  readonly acceptBreaking?: string | undefined;
  /** URI of the key that signs versions; without it they are not signed. */
  readonly signingKey?: pulumi.Input<string> | undefined;
  /** Public keys in PEM; one of them must have signed the champion. */
  readonly trustedKeys?: string | undefined;
  /** Where the steps have the work on data done, if not on their nodes. */
  readonly spark?: SparkPlace | undefined;
  /** Storage of the training data's versions: URL of a blob container and a path in it. */
  readonly dataVersions: pulumi.Input<string>;
  /** URL of the audit trail's container. */
  readonly audit: pulumi.Input<string>;
  /** Folder of the data, `azureml://...`. */
  readonly dataUri: pulumi.Input<string>;
}

/** Starts retraining: POST to the URL, with the deployment in the header `azureml-model-deployment`. */
export interface RetrainingEndpoint {
  readonly name: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly deployment: pulumi.Output<string>;
  /** Value of the pipeline's input. */
  readonly dataUri: pulumi.Output<string>;
  /** Longest time between two runs of the schedule, in hours; absent while it is disabled. */
  readonly everyHours?: number;
}

/** A published component. */
interface Published {
  readonly id: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
}

/** The pipeline that checks data, trains, evaluates and registers; published as a REST endpoint and run on a schedule. */
export class TrainingPipeline extends pulumi.ComponentResource {
  readonly endpoint: RetrainingEndpoint;

  constructor(
    private readonly logicalName: string,
    private readonly args: TrainingPipelineArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mlops:infra:TrainingPipeline", logicalName, {}, opts);

    const pipeline = this.createPipeline(this.createSteps());
    this.endpoint = this.publish(pipeline);
    this.createSchedule(pipeline);

    this.registerOutputs({ url: this.endpoint.url, deployment: this.endpoint.deployment });
  }

  private get placed() {
    return {
      resourceGroupName: this.args.placement.resourceGroupName,
      workspaceName: this.args.workspace.name,
    };
  }

  private createComponent(
    name: string,
    specification: pulumi.Output<{ readonly name: string; readonly description: string }>,
  ): Published {
    const digest = pulumi
      .all([specification, this.args.workspace.id])
      .apply(([spec, workspaceId]) => contentDigest(spec, workspaceId));
    const version = assetVersion(name, digest, this);
    const { id } = new ml.ComponentVersion(
      name,
      {
        ...this.placed,
        name: specification.name,
        version,
        properties: {
          description: specification.description,
          componentSpec: pulumi
            .all([specification, version])
            .apply(([spec, own]) => ({ ...spec, version: own })),
        },
      },
      // Versions are immutable, trained models refer to them, and they are deleted together with the workspace.
      { parent: this, retainOnDelete: true },
    );
    return { id, version };
  }

  private createSteps(): Record<StepName, pulumi.Output<string>> {
    const { model, workspace } = this.args;
    const environmentId = pulumi.output(workspace.environmentId);
    const created = stepNames.map((step) => {
      const spec = environmentId.apply((id) => commandSpec(model, step, id));
      return [step, this.createComponent(`${this.logicalName}-${step}`, spec).id] as const;
    });
    return Object.fromEntries(created) as Record<StepName, pulumi.Output<string>>;
  }

  private createPipeline(componentIds: Record<StepName, pulumi.Output<string>>): Published {
    const { model, clusterId, identity, stepTimeoutMinutes, dataVersions, audit } = this.args;
    const { evaluation, onNoPromotion, acceptPopulation, acceptBreaking, trustedKeys, spark } = this.args;
    const signingKey = pulumi.output(this.args.signingKey);
    const ids = stepNames.map((step) => componentIds[step]);
    const spec = pulumi
      .all([pulumi.all(ids), clusterId, identity.clientId, pulumi.all([dataVersions, audit]), signingKey])
      .apply(
        ([
          [check = "", train = "", evaluate = "", register = ""],
          computeId,
          clientId,
          [versions, trail],
          key,
        ]) =>
          pipelineSpec({
            model,
            componentIds: { check, train, evaluate, register },
            computeId,
            clientId,
            stepTimeoutMinutes,
            evaluation,
            onNoPromotion,
            acceptPopulation,
            acceptBreaking,
            signingKey: key,
            trustedKeys,
            spark,
            dataVersions: versions,
            audit: trail,
          }),
      );
    return this.createComponent(this.logicalName, spec);
  }

  private publish(pipeline: Published): RetrainingEndpoint {
    const { placement, model, clusterId, dataUri, schedule, scheduleEnabled } = this.args;
    const { location, tags } = placement;
    const endpoint = new ml.BatchEndpoint(
      `${this.logicalName}-endpoint`,
      {
        ...this.placed,
        location,
        tags,
        // Pulumi generates the name, because endpoint names are unique in a region across all customers.
        identity: { type: "SystemAssigned" },
        // No default deployment, because it would have to exist before its endpoint. Callers name the deployment.
        properties: { authMode: "AADToken", description: `Retrains ${model}` },
      },
      { parent: this },
    );
    const deployment = pulumi.interpolate`retrain-${pipeline.version}`;
    const deployed = new ml.BatchDeployment(
      `${this.logicalName}-deployment`,
      {
        ...this.placed,
        location,
        tags,
        endpointName: endpoint.name,
        // The name contains the version, because a deployment keeps the component that it was created with.
        deploymentName: deployment,
        properties: {
          description: `Retrains ${model}`,
          deploymentConfiguration: {
            deploymentConfigurationType: "PipelineComponent",
            componentId: { referenceType: "Id", assetId: pipeline.id },
            settings: {
              default_compute: pulumi.output(clusterId).apply((id) => id.split("/").pop() ?? id),
              continue_on_step_failure: "false",
              force_rerun: "true",
            },
          },
        },
      },
      { parent: this },
    );
    return {
      name: endpoint.name,
      url: endpoint.properties.apply(({ scoringUri }) => scoringUri),
      // Depends on the deployment, so that it resolves only once the deployment can be called.
      deployment: pulumi.all([deployed.id, deployment]).apply(([, name]) => name),
      dataUri: pulumi.output(dataUri),
      ...(scheduleEnabled && { everyHours: longestGapHours(schedule) }),
    };
  }

  private createSchedule(pipeline: Published): void {
    const { model, clusterId, identity, schedule, scheduleEnabled, dataUri } = this.args;
    new ml.Schedule(
      `${this.logicalName}-schedule`,
      {
        ...this.placed,
        properties: {
          displayName: `Retrain ${model}`,
          isEnabled: scheduleEnabled,
          trigger: { triggerType: "Cron", expression: schedule, timeZone: "UTC" },
          action: {
            actionType: "CreateJob",
            jobDefinition: {
              jobType: "Pipeline",
              componentId: pipeline.id,
              displayName: `Retrain ${model}`,
              experimentName: model,
              identity: { identityType: "Managed", clientId: identity.clientId },
              settings: { default_compute: clusterId, continue_on_step_failure: false, force_rerun: true },
              jobs: {},
              inputs: {
                [dataInput]: { jobInputType: "uri_folder", uri: dataUri, mode: "ReadOnlyMount" },
              },
            },
          },
        },
      },
      // Azure cannot delete an enabled schedule; it goes with the workspace. Disable it before removing it.
      { parent: this, retainOnDelete: true },
    );
  }
}
