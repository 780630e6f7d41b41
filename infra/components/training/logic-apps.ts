import { dataInput } from "./training-specs";

/** Authentication of a Logic App's request: a managed identity, for one audience. */
const signedIn = (identity: string, audience: string) => ({
  type: "ManagedServiceIdentity",
  identity,
  audience,
});

/** The trigger that Event Grid calls; it answers the validation handshake and starts one run for each event. */
export const triggerName = "events";

/** A Workflow Definition Language document: one HTTP request for each event. */
function forEachEvent(action: string, inputs: Readonly<Record<string, unknown>>) {
  return {
    $schema:
      "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#",
    contentVersion: "1.0.0.0",
    triggers: {
      [triggerName]: {
        type: "Request",
        kind: "Http",
        inputs: { schema: {} },
        splitOn: "@triggerBody()",
      },
    },
    actions: {
      [action]: {
        type: "Http",
        runAfter: {},
        inputs: { ...inputs, retryPolicy: { type: "exponential", count: 4, interval: "PT10S" } },
        // Either response names what was started; do not wait for that to finish.
        operationOptions: "DisableAsyncPattern",
      },
    },
  };
}

export interface RetrainingWorkflow {
  readonly url: string;
  readonly deployment: string;
  readonly model: string;
  readonly dataUri: string;
  readonly identityId: string;
}

/** New data: calls the retraining endpoint. The event's id, which a redelivered event repeats, identifies the job. */
export function retrainingWorkflow({ url, deployment, model, dataUri, identityId }: RetrainingWorkflow) {
  const request = { "mlops.request": "@{triggerBody()?['id']}" };
  return forEachEvent("retrain", {
    method: "POST",
    uri: url,
    headers: { "Content-Type": "application/json", "azureml-model-deployment": deployment },
    body: {
      properties: {
        InputData: { [dataInput]: { JobInputType: "UriFolder", Uri: dataUri } },
        properties: { experimentName: model, ...request },
        tags: request,
      },
    },
    authentication: signedIn(identityId, "https://ml.azure.com"),
  });
}

export interface ReleaseWorkflow {
  /** `<organisation>/<project>` of Azure DevOps. */
  readonly project: string;
  readonly pipelineId: number;
  readonly model: string;
  /** Tracking URI of the workspace: the version's number means this model there, and another one elsewhere. */
  readonly registry: string;
  readonly identityId: string;
}

/** Application id of Azure DevOps, the same for every organisation. */
const devOpsAudience = "499b84ac-1321-427f-aa17-267ca6975798";

/** Model registered: runs the release pipeline for that version. Event keys begin with a lower or an upper case letter. */
export function releaseWorkflow({ project, pipelineId, model, registry, identityId }: ReleaseWorkflow) {
  const place = project.split("/").map(encodeURIComponent).join("/");
  const data = "triggerBody()?['data']";
  const version = `@{coalesce(${data}?['modelVersion'], ${data}?['ModelVersion'])}`;
  return forEachEvent("release", {
    method: "POST",
    uri: `https://dev.azure.com/${place}/_apis/pipelines/${pipelineId}/runs?api-version=7.1`,
    headers: { "Content-Type": "application/json" },
    body: { templateParameters: { modelVersion: `${model}:${version}`, registry } },
    authentication: signedIn(identityId, devOpsAudience),
  });
}
