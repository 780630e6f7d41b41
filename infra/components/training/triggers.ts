import * as authorization from "@pulumi/azure-native/authorization";
import * as eventgrid from "@pulumi/azure-native/eventgrid";
import * as logic from "@pulumi/azure-native/logic";
import * as pulumi from "@pulumi/pulumi";
import { releaseWorkflow, retrainingWorkflow, triggerName } from "./logic-apps";
import type { Placement } from "../../config/placement";
import { roleDefinitionId } from "../foundation/roles";
import type { Foundation } from "../foundation/foundation";
import type { RetrainingEndpoint } from "./training-pipeline";

export interface TriggersArgs {
  readonly placement: Placement;
  readonly foundation: Pick<Foundation, "storage" | "containers" | "identities">;
  readonly workspaceId: pulumi.Input<string>;
  readonly endpoint: Pick<RetrainingEndpoint, "url" | "deployment" | "dataUri">;
  readonly model: string;
  /** The release pipeline that a registered model starts; undefined starts none. */
  readonly release?: { readonly project: string; readonly pipelineId: number } | undefined;
}

/** Events that start something: their source, a filter, and the workflow that they start. */
interface Trigger {
  readonly name: string;
  readonly source: pulumi.Input<string>;
  readonly topicType: string;
  readonly filter: {
    readonly includedEventTypes: string[];
    readonly subjectBeginsWith: pulumi.Input<string>;
    readonly subjectEndsWith?: string;
    readonly advancedFilters?: { operatorType: "StringIn"; key: string; values: string[] }[];
  };
  readonly definition: pulumi.Output<object>;
}

/** The events that start retraining and release, each through a Logic App that signs in with a managed identity. */
export class Triggers extends pulumi.ComponentResource {
  /** Ids of topics and Logic Apps by name, for diagnostic settings. */
  readonly diagnosed: Readonly<Record<string, pulumi.Output<string>>>;

  constructor(
    name: string,
    private readonly args: TriggersArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mlops:infra:Triggers", name, {}, opts);

    const { release } = args;
    this.diagnosed = {
      ...this.connect(name, this.newData()),
      ...(release !== undefined && this.connect(name, this.modelRegistered(release))),
    };
    this.registerOutputs({});
  }

  /** An upload writes `_SUCCESS` last, so a delivery raises one event, however many files it has. */
  private newData(): Trigger {
    const { foundation, endpoint, model } = this.args;
    const { storage, containers, identities } = foundation;
    return {
      name: "new-data",
      source: storage.id,
      topicType: "Microsoft.Storage.StorageAccounts",
      filter: {
        includedEventTypes: ["Microsoft.Storage.BlobCreated"],
        subjectBeginsWith: pulumi.interpolate`/blobServices/default/containers/${containers.data}/blobs/${model}/`,
        subjectEndsWith: "/_SUCCESS",
        // Only the end of a multi-part upload.
        advancedFilters: [
          {
            operatorType: "StringIn",
            key: "data.api",
            values: ["PutBlob", "PutBlockList", "FlushWithClose"],
          },
        ],
      },
      definition: pulumi
        .all([endpoint.url, endpoint.deployment, endpoint.dataUri, identities.release.id])
        .apply(([url, deployment, dataUri, identityId]) =>
          retrainingWorkflow({ url, deployment, dataUri, identityId, model }),
        ),
    };
  }

  private modelRegistered(release: { readonly project: string; readonly pipelineId: number }): Trigger {
    const { foundation, workspaceId, model } = this.args;
    return {
      name: "model-registered",
      source: workspaceId,
      topicType: "Microsoft.MachineLearningServices.Workspaces",
      filter: {
        includedEventTypes: ["Microsoft.MachineLearningServices.ModelRegistered"],
        subjectBeginsWith: `models/${model}:`,
      },
      definition: foundation.identities.release.id.apply((identityId) =>
        releaseWorkflow({ ...release, model, identityId }),
      ),
    };
  }

  private connect(name: string, trigger: Trigger): Record<string, pulumi.Output<string>> {
    const own = `${name}-${trigger.name}`;
    const { source, topicType } = trigger;
    const topic = new eventgrid.SystemTopic(
      `${own}-events`,
      { ...this.args.placement, source, topicType, identity: { type: "SystemAssigned" } },
      { parent: this },
    );
    const workflow = new logic.Workflow(
      own,
      {
        ...this.args.placement,
        state: "Enabled",
        identity: {
          type: "UserAssigned",
          userAssignedIdentities: [this.args.foundation.identities.release.id],
        },
        definition: trigger.definition,
      },
      { parent: this },
    );
    this.subscribe(own, trigger, topic, workflow);
    return { [`${trigger.name}-events`]: topic.id, [trigger.name]: workflow.id };
  }

  private subscribe(
    own: string,
    { filter }: Trigger,
    topic: eventgrid.SystemTopic,
    workflow: logic.Workflow,
  ): void {
    const { storage, containers } = this.args.foundation;
    const { resourceGroupName } = this.args.placement;
    const mayKeep = new authorization.RoleAssignment(
      `${own}-dead-letters`,
      {
        scope: storage.containerIds.deadLetter,
        principalId: topic.identity.apply((identity) => identity?.principalId ?? ""),
        principalType: "ServicePrincipal",
        roleDefinitionId: roleDefinitionId("Storage Blob Data Contributor"),
      },
      { parent: this, deleteBeforeReplace: true },
    );
    new eventgrid.SystemTopicEventSubscription(
      `${own}-subscription`,
      {
        resourceGroupName,
        systemTopicName: topic.name,
        eventDeliverySchema: "EventGridSchema",
        filter,
        destination: {
          endpointType: "WebHook",
          endpointUrl: callbackUrl(resourceGroupName, workflow.name),
          maxEventsPerBatch: 1,
          minimumTlsVersionAllowed: "1.2",
        },
        // Events undelivered after a day are kept as dead letters, and can be sent again.
        retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
        deadLetterWithResourceIdentity: {
          identity: { type: "SystemAssigned" },
          deadLetterDestination: {
            endpointType: "StorageBlob",
            resourceId: storage.id,
            blobContainerName: containers.deadLetter,
          },
        },
      },
      {
        parent: this,
        dependsOn: [mayKeep],
        // A preview does not know the URL, and should not report a change each time.
        ignoreChanges: pulumi.runtime.isDryRun() ? ["destination.endpointUrl"] : [],
      },
    );
  }
}

/** The callback URL of a Logic App. It contains a signature, and reading it needs write access to the Logic App. */
function callbackUrl(
  resourceGroupName: pulumi.Input<string>,
  workflowName: pulumi.Input<string>,
): pulumi.Output<string> {
  if (pulumi.runtime.isDryRun()) return pulumi.secret(pulumi.output(pulumi.unknown as unknown as string));
  const { value } = logic.listWorkflowTriggerCallbackUrlOutput({
    resourceGroupName,
    workflowName,
    triggerName,
  });
  return pulumi.secret(value.apply((url) => url ?? ""));
}
