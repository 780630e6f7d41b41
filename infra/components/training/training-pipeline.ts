import * as ml from "@pulumi/azure-native/machinelearningservices";
import * as pulumi from "@pulumi/pulumi";
import type { Placement } from "../../config/placement";
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
  /** Cluster of all steps; `computeId` of training-specs.ts names one that is switched off. */
  readonly clusterId: pulumi.Input<string>;
  /** The cluster's. */
  readonly identity: Identity;
  readonly stepTimeoutMinutes: number;
  /** When the model is retrained, in UTC: minute, hour, *, *, weekday. */
  readonly schedule: string;
  readonly scheduleEnabled: boolean;
  /** `off` registers candidates without comparing them with the champion. */
  readonly evaluation: "on" | "off";
  readonly onNoPromotion: "cancel" | "continue";
  /** Columns, separated by commas, that may be of another population than in the champion's rows. */
  readonly acceptPopulation?: string | undefined;
  /** Columns, separated by commas, whose change may refuse requests that the champion answers. */
  readonly acceptBreaking?: string | undefined;
  /** The key that versions are signed with; they are not without it. */
  readonly signingKey?: pulumi.Input<string> | undefined;
  /** Public keys in PEM, by one of which the champion has to be signed. */
  readonly trustedKeys?: string | undefined;
  /** Where the data that is trained on is kept: the address of a blob container, with a path below it. */
  readonly dataVersions: pulumi.Input<string>;
  /** Folder of the data, `azureml://...`. */
  readonly dataUri: pulumi.Input<string>;
}

/** How retraining is started: a POST to the url, with the deployment in the header `azureml-model-deployment`. */
export interface RetrainingEndpoint {
  readonly name: pulumi.Output<string>;
  readonly url: pulumi.Output<string>;
  readonly deployment: pulumi.Output<string>;
  /** Value of the pipeline's input. */
  readonly dataUri: pulumi.Output<string>;
}

/** A component as it was published. */
interface Published {
  readonly id: pulumi.Output<string>;
  readonly version: pulumi.Output<string>;
}

/** The pipeline that checks data, trains, evaluates and registers; published as a REST endpoint, and run on a schedule. */
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
      // Versions are immutable, and what was trained names them; the workspace takes them along when it goes.
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
    const { model, clusterId, identity, stepTimeoutMinutes, dataVersions } = this.args;
    const { evaluation, onNoPromotion, acceptPopulation, acceptBreaking, trustedKeys } = this.args;
    const signingKey = pulumi.output(this.args.signingKey);
    const ids = stepNames.map((step) => componentIds[step]);
    const spec = pulumi
      .all([pulumi.all(ids), clusterId, identity.clientId, dataVersions, signingKey])
      .apply(([[check = "", train = "", evaluate = "", register = ""], computeId, clientId, versions, key]) =>
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
          dataVersions: versions,
        }),
      );
    return this.createComponent(this.logicalName, spec);
  }

  private publish(pipeline: Published): RetrainingEndpoint {
    const { placement, model, clusterId, dataUri } = this.args;
    const { location, tags } = placement;
    const endpoint = new ml.BatchEndpoint(
      `${this.logicalName}-endpoint`,
      {
        ...this.placed,
        location,
        tags,
        // Its name is Pulumi's: one of two customers' endpoints with the same name in a region would be refused.
        identity: { type: "SystemAssigned" },
        // No default deployment: it would have to be there before its endpoint. Callers name it.
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
        // With the version in its name: a deployment goes on with the component that it was made with.
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
      // Known once it can be called.
      deployment: pulumi.all([deployed.id, deployment]).apply(([, name]) => name),
      dataUri: pulumi.output(dataUri),
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
      // Azure deletes no schedule that is enabled; the workspace takes it along. Switch it off before removing it.
      { parent: this, retainOnDelete: true },
    );
  }
}
