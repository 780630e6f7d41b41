import * as authorization from "@pulumi/azure-native/authorization";
import * as eventgrid from "@pulumi/azure-native/eventgrid";
import * as logic from "@pulumi/azure-native/logic";
import * as resources from "@pulumi/azure-native/resources";
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
  /** Where the workspace keeps versions: its tracking URI. */
  readonly registry: pulumi.Input<string>;
  readonly endpoint: Pick<RetrainingEndpoint, "url" | "deployment" | "dataUri">;
  readonly model: string;
  /** The release pipeline that a registered model starts; undefined starts none. */
  readonly release?: { readonly project: string; readonly pipelineId: number } | undefined;
  /** Address ranges that may call the Logic Apps; if empty, all that know an address with its signature. */
  readonly callerRanges: readonly string[];
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
    const { foundation, workspaceId, model, registry: at } = this.args;
    return {
      name: "model-registered",
      source: workspaceId,
      topicType: "Microsoft.MachineLearningServices.Workspaces",
      filter: {
        includedEventTypes: ["Microsoft.MachineLearningServices.ModelRegistered"],
        subjectBeginsWith: `models/${model}:`,
      },
      definition: pulumi
        .all([foundation.identities.release.id, at])
        .apply(([identityId, registry]) => releaseWorkflow({ ...release, model, registry, identityId })),
    };
  }

  private connect(name: string, trigger: Trigger): Record<string, pulumi.Output<string>> {
    const own = `${name}-${trigger.name}`;
    const { source, topicType } = trigger;
    const { callerRanges } = this.args;
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
        ...(callerRanges.length > 0 && {
          accessControl: {
            triggers: {
              allowedCallerIpAddresses: callerRanges.map((addressRange) => ({ addressRange })),
            },
          },
        }),
      },
      { parent: this },
    );
    this.subscribe(own, trigger, topic, workflow);
    return { [`${trigger.name}-events`]: topic.id, [trigger.name]: workflow.id };
  }

  private subscribe(
    own: string,
    trigger: Trigger,
    topic: eventgrid.SystemTopic,
    workflow: logic.Workflow,
  ): void {
    const { storage, containers } = this.args.foundation;
    const { resourceGroupName, tags } = this.args.placement;
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
    new resources.Deployment(
      `${own}-subscription`,
      {
        resourceGroupName,
        tags,
        properties: {
          mode: "Incremental",
          template: subscriptionTemplate({
            name: pulumi.interpolate`${topic.name}/${trigger.name}`,
            workflowName: workflow.name,
            filter: trigger.filter,
            deadLetters: { storageId: storage.id, container: containers.deadLetter },
          }),
        },
      },
      { parent: this, dependsOn: [mayKeep] },
    );
  }
}

/**
 * A template of the subscription, as Azure alone is to know the Logic App's address, which holds a signature: Resource Manager looks it
 * up (listCallbackUrl) while it deploys. A subscription of Pulumi's own would have the address in its state.
 */
function subscriptionTemplate({
  name,
  workflowName,
  filter,
  deadLetters,
}: {
  readonly name: pulumi.Input<string>;
  readonly workflowName: pulumi.Input<string>;
  readonly filter: Trigger["filter"];
  readonly deadLetters: {
    readonly storageId: pulumi.Input<string>;
    readonly container: pulumi.Input<string>;
  };
}): object {
  const address = pulumi.interpolate`listCallbackUrl(resourceId('Microsoft.Logic/workflows/triggers', '${workflowName}', '${triggerName}'), '2019-05-01').value`;
  return {
    $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
    contentVersion: "1.0.0.0",
    resources: [
      {
        type: "Microsoft.EventGrid/systemTopics/eventSubscriptions",
        apiVersion: "2025-02-15",
        name,
        properties: {
          eventDeliverySchema: "EventGridSchema",
          filter,
          destination: {
            endpointType: "WebHook",
            properties: {
              endpointUrl: pulumi.interpolate`[${address}]`,
              maxEventsPerBatch: 1,
              minimumTlsVersionAllowed: "1.2",
            },
          },
          // Events undelivered after a day are kept as dead letters, and can be sent again.
          retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
          deadLetterWithResourceIdentity: {
            identity: { type: "SystemAssigned" },
            deadLetterDestination: {
              endpointType: "StorageBlob",
              properties: { resourceId: deadLetters.storageId, blobContainerName: deadLetters.container },
            },
          },
        },
      },
    ],
  };
}
