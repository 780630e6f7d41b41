import * as pulumi from "@pulumi/pulumi";
import { Triggers, type TriggersArgs } from "../../../../infra/components/training/triggers";
import { releaseWorkflow, retrainingWorkflow } from "../../../../infra/components/training/logic-apps";
import { roles } from "../../../../infra/components/foundation/roles";
import { countByType, ofType, registered, type Registered } from "../../mocks";
import { foundationOf, placement } from "../foundation/foundation-fixture";

const endpoint = {
  url: pulumi.output("https://endpoint/jobs"),
  deployment: pulumi.output("retrain-1"),
  dataUri: pulumi.output("azureml://data/"),
};
/** The subscriptions that Azure is asked for, by the name of the deployment. */
const subscriptionsIn = (resources: readonly Registered[]) =>
  Object.fromEntries(
    ofType(resources, "resources:Deployment").map(({ name, inputs }) => [
      name,
      inputs.properties.template.resources[0],
    ]),
  );
const triggers = (change: Partial<TriggersArgs> = {}, preview = false) =>
  registered(
    () =>
      new Triggers("triggers", {
        placement,
        foundation: foundationOf(),
        workspaceId: "workspace-id",
        registry: "azureml://registry",
        endpoint,
        model: "diabetes",
        callerRanges: [],
        ...change,
      }),
    { preview },
  );
const release = { project: "contoso/ML Ops", pipelineId: 7 };

describe("triggers", () => {
  test.each([
    ["new data only, without a release pipeline", undefined, 1],
    ["new data and registered models, with one", release, 2],
  ])("are of %s", async (_what, given, count) => {
    const resources = await triggers({ release: given });
    expect(countByType(resources)).toEqual({
      "mlops:infra:Triggers": 1,
      "azure-native:eventgrid:SystemTopic": count,
      "azure-native:resources:Deployment": count,
      "azure-native:logic:Workflow": count,
      "azure-native:authorization:RoleAssignment": count,
    });
    const topics = ofType(resources, "eventgrid:SystemTopic").map(({ inputs }) => [
      String(inputs.source),
      String(inputs.topicType),
    ]);
    const all = [
      ["storage-id", "Microsoft.Storage.StorageAccounts"],
      ["workspace-id", "Microsoft.MachineLearningServices.Workspaces"],
    ];
    expect(topics.sort()).toEqual(all.slice(0, count));
  });

  test.each<[readonly string[], object | undefined]>([
    [[], undefined],
    [
      ["198.51.100.0/24", "203.0.113.7/32"],
      {
        triggers: {
          allowedCallerIpAddresses: [{ addressRange: "198.51.100.0/24" }, { addressRange: "203.0.113.7/32" }],
        },
      },
    ],
  ])("are called from %j alone, where that is wanted", async (callerRanges, accessControl) => {
    const apps = ofType(await triggers({ release, callerRanges }), "logic:Workflow");
    expect(apps.map(({ inputs }) => inputs.accessControl as unknown)).toEqual([accessControl, accessControl]);
  });

  test("take the end of a delivery of data, and of models only this one", async () => {
    const subscriptions = Object.entries(subscriptionsIn(await triggers({ release })));
    const filters = subscriptions.map(([name, { properties }]) => [name, properties.filter as unknown]);
    expect(Object.fromEntries(filters)).toEqual({
      "triggers-new-data-subscription": {
        includedEventTypes: ["Microsoft.Storage.BlobCreated"],
        subjectBeginsWith: "/blobServices/default/containers/data/blobs/diabetes/",
        subjectEndsWith: "/_SUCCESS",
        advancedFilters: [
          {
            operatorType: "StringIn",
            key: "data.api",
            values: ["PutBlob", "PutBlockList", "FlushWithClose"],
          },
        ],
      },
      "triggers-model-registered-subscription": {
        includedEventTypes: ["Microsoft.MachineLearningServices.ModelRegistered"],
        subjectBeginsWith: "models/diabetes:",
      },
    });
  });

  test("keep events that could not be delivered, in a container that each topic may write to", async () => {
    const resources = await triggers({ release });
    for (const { properties } of Object.values(subscriptionsIn(resources))) {
      expect(properties).toMatchObject({
        retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
        deadLetterWithResourceIdentity: {
          identity: { type: "SystemAssigned" },
          deadLetterDestination: {
            endpointType: "StorageBlob",
            properties: { resourceId: "storage-id", blobContainerName: "deadLetter" },
          },
        },
      });
    }
    const assignments = ofType(resources, "authorization:RoleAssignment").map(({ inputs }) => inputs);
    expect(assignments.map(({ principalId }) => principalId as unknown).sort()).toEqual([
      "triggers-model-registered-events-principal",
      "triggers-new-data-events-principal",
    ]);
    for (const assignment of assignments) {
      expect(assignment).toMatchObject({
        scope: "deadLetter-id",
        principalType: "ServicePrincipal",
        roleDefinitionId: expect.stringContaining(roles["Storage Blob Data Contributor"]),
      });
    }
  });

  test.each([true, false])(
    "leave it to Azure to look up the Logic App's address (preview: %s)",
    async (preview) => {
      const subscriptions = subscriptionsIn(await triggers({}, preview));
      if (preview) return expect(JSON.stringify(subscriptions)).not.toMatch(/sig=/);
      expect(subscriptions["triggers-new-data-subscription"]).toMatchObject({
        type: "Microsoft.EventGrid/systemTopics/eventSubscriptions",
        name: "triggers-new-data-events/new-data",
        properties: {
          destination: {
            endpointType: "WebHook",
            properties: {
              endpointUrl:
                "[listCallbackUrl(resourceId('Microsoft.Logic/workflows/triggers', 'triggers-new-data', 'events'), '2019-05-01').value]",
              maxEventsPerBatch: 1,
              minimumTlsVersionAllowed: "1.2",
            },
          },
        },
      });
    },
  );

  test("sign in by an identity, and hold no secret", async () => {
    for (const { name, inputs } of ofType(await triggers({ release }), "logic:Workflow")) {
      expect(inputs).toMatchObject({
        ...placement,
        state: "Enabled",
        identity: { type: "UserAssigned", userAssignedIdentities: ["release-id"] },
      });
      const expected =
        name === "triggers-new-data"
          ? retrainingWorkflow({
              url: "https://endpoint/jobs",
              deployment: "retrain-1",
              dataUri: "azureml://data/",
              model: "diabetes",
              identityId: "release-id",
            })
          : releaseWorkflow({
              ...{ ...release, model: "diabetes", registry: "azureml://registry", identityId: "release-id" },
            });
      expect(inputs.definition).toEqual(expected);
    }
  });
});

describe("what a Logic App does", () => {
  const retryPolicy = { type: "exponential", count: 4, interval: "PT10S" };
  const events = {
    type: "Request",
    kind: "Http",
    inputs: { schema: {} },
    splitOn: "@triggerBody()",
  };

  test("with new data: it calls the endpoint, by the deployment's name and the event's id", () => {
    const definition = retrainingWorkflow({
      url: "https://endpoint/jobs",
      deployment: "retrain-1",
      dataUri: "azureml://data/",
      model: "diabetes",
      identityId: "id",
    });
    expect(definition.triggers).toEqual({ events });
    const request = { "mlops.request": "@{triggerBody()?['id']}" };
    expect(definition.actions).toEqual({
      retrain: {
        type: "Http",
        runAfter: {},
        inputs: {
          method: "POST",
          uri: "https://endpoint/jobs",
          headers: { "Content-Type": "application/json", "azureml-model-deployment": "retrain-1" },
          body: {
            properties: {
              InputData: { training_data: { JobInputType: "UriFolder", Uri: "azureml://data/" } },
              properties: { experimentName: "diabetes", ...request },
              tags: request,
            },
          },
          authentication: {
            type: "ManagedServiceIdentity",
            identity: "id",
            audience: "https://ml.azure.com",
          },
          retryPolicy,
        },
        operationOptions: "DisableAsyncPattern",
      },
    });
  });

  test("with a registered model: it runs the release pipeline, whichever case the event's keys are in", () => {
    const registry = "azureml://registry";
    const definition = releaseWorkflow({ ...release, model: "diabetes", registry, identityId: "id" });
    expect(definition.triggers).toEqual({ events });
    expect(definition.actions).toEqual({
      release: {
        type: "Http",
        runAfter: {},
        inputs: {
          method: "POST",
          uri: "https://dev.azure.com/contoso/ML%20Ops/_apis/pipelines/7/runs?api-version=7.1",
          headers: { "Content-Type": "application/json" },
          body: {
            templateParameters: {
              modelVersion:
                "diabetes:@{coalesce(triggerBody()?['data']?['modelVersion'], triggerBody()?['data']?['ModelVersion'])}",
              // A version is one of its registry.
              registry,
            },
          },
          authentication: {
            type: "ManagedServiceIdentity",
            identity: "id",
            audience: "499b84ac-1321-427f-aa17-267ca6975798",
          },
          retryPolicy,
        },
        operationOptions: "DisableAsyncPattern",
      },
    });
  });
});
