import {
  TrainingPipeline,
  type RetrainingEndpoint,
  type TrainingPipelineArgs,
} from "../../../../infra/components/training/training-pipeline";
import { stepNames } from "../../../../infra/components/training/training-specs";
import { countByType, ofType, registered, valueOf, type Registered } from "../../mocks";
import { identity, keptTypes, placement } from "../foundation/foundation-fixture";

const workspaceId =
  "/subscriptions/s/resourceGroups/rg/providers/Microsoft.MachineLearningServices/workspaces/ws";
const args: TrainingPipelineArgs = {
  placement,
  workspace: { id: workspaceId, name: "ws", environmentId: `${workspaceId}/environments/e/versions/1` },
  model: "diabetes",
  clusterId: `${workspaceId}/computes/cpu-ds3v2-low`,
  identity: identity("training"),
  stepTimeoutMinutes: 60,
  schedule: "0 3 * * 1",
  scheduleEnabled: true,
  evaluation: "on",
  onNoPromotion: "cancel",
  dataVersions: "https://account.blob.core.windows.net/models/data-versions",
  audit: "https://account.blob.core.windows.net/audit",
  dataUri: "azureml://data/",
};
const pipeline = (change: Partial<TrainingPipelineArgs> = {}) =>
  registered(() => new TrainingPipeline("retraining", { ...args, ...change }));
const only = (resources: readonly Registered[], type: string) => {
  expect(ofType(resources, `machinelearningservices:${type}`)).toHaveLength(1);
  return ofType(resources, `machinelearningservices:${type}`)[0]?.inputs;
};
const component = (resources: readonly Registered[], name: string) =>
  ofType(resources, "machinelearningservices:ComponentVersion").find((made) => made.name === name)?.inputs;

describe("the training pipeline", () => {
  test("is four steps, a pipeline of them, an endpoint with a deployment, and a schedule", async () => {
    expect(countByType(await pipeline())).toEqual({
      "mlops:infra:TrainingPipeline": 1,
      "azure-native:machinelearningservices:ComponentVersion": 5,
      "azure-native:machinelearningservices:BatchEndpoint": 1,
      "azure-native:machinelearningservices:BatchDeployment": 1,
      "azure-native:machinelearningservices:Schedule": 1,
      "random:index/randomId:RandomId": 5,
    });
  });

  test("has versions by content, which the specifications repeat", async () => {
    const resources = await pipeline();
    for (const { name, inputs } of ofType(resources, "machinelearningservices:ComponentVersion")) {
      expect({ name, version: inputs.version as unknown }).toEqual({
        name,
        version: expect.stringMatching(/^[0-9a-f]{12}-0a1b$/),
      });
      expect(inputs.properties.componentSpec).toMatchObject({ name: inputs.name, version: inputs.version });
    }
  });

  test("another gate is another version of the pipeline, of its deployment, and of nothing else", async () => {
    const [before, after] = [await pipeline(), await pipeline({ evaluation: "off" })];
    for (const step of stepNames) {
      const name = `retraining-${step}`;
      expect(component(after, name)).toEqual(component(before, name));
    }
    expect(component(after, "retraining")?.version).not.toEqual(component(before, "retraining")?.version);
    const deployment = only(after, "BatchDeployment");
    expect(deployment?.deploymentName).toBe(`retrain-${component(after, "retraining")?.version}`);
    expect(deployment?.deploymentName).not.toBe(only(before, "BatchDeployment")?.deploymentName);
  });

  test("is published for Entra tokens, and callers are told the deployment, as there is no default", async () => {
    let endpoint: RetrainingEndpoint | undefined;
    const resources = await registered(() => {
      ({ endpoint } = new TrainingPipeline("retraining", args));
    });
    expect(only(resources, "BatchEndpoint")).toEqual({
      ...placement,
      workspaceName: "ws",
      identity: { type: "SystemAssigned" },
      properties: { authMode: "AADToken", description: "Retrains diabetes" },
    });
    expect(only(resources, "BatchDeployment")?.properties).toMatchObject({
      deploymentConfiguration: {
        deploymentConfigurationType: "PipelineComponent",
        componentId: { referenceType: "Id", assetId: expect.stringMatching(/ComponentVersion\/retraining$/) },
        settings: {
          default_compute: "cpu-ds3v2-low",
          continue_on_step_failure: "false",
          force_rerun: "true",
        },
      },
    });
    if (endpoint === undefined) throw new Error("there is no endpoint");
    expect(await valueOf(endpoint.name)).toBe("retraining-endpoint");
    expect(await valueOf(endpoint.url)).toBe(
      "https://retraining-endpoint.westeurope.inference.ml.azure.com/jobs",
    );
    expect(await valueOf(endpoint.deployment)).toBe(only(resources, "BatchDeployment")?.deploymentName);
    expect(await valueOf(endpoint.dataUri)).toBe("azureml://data/");
    expect(endpoint.everyHours).toBe(168);
  });

  test.each([true, false])("runs on a schedule, which is enabled: %s", async (scheduleEnabled) => {
    expect(only(await pipeline({ scheduleEnabled }), "Schedule")?.properties).toMatchObject({
      isEnabled: scheduleEnabled,
      trigger: { triggerType: "Cron", expression: "0 3 * * 1", timeZone: "UTC" },
      action: {
        actionType: "CreateJob",
        jobDefinition: {
          jobType: "Pipeline",
          componentId: expect.stringMatching(/ComponentVersion\/retraining$/),
          identity: { identityType: "Managed", clientId: "training-client" },
          settings: { default_compute: args.clusterId },
          inputs: {
            training_data: { jobInputType: "uri_folder", uri: "azureml://data/", mode: "ReadOnlyMount" },
          },
        },
      },
    });
  });

  test("keeps what Azure does not delete: versions, and a schedule that is enabled", async () => {
    const kept = await keptTypes((opts) => new TrainingPipeline("retraining", args, opts));
    expect(kept).toEqual([...Array<string>(5).fill("ComponentVersion"), "Schedule"]);
  });
});
