import { z } from "zod";
import { RemoteError } from "../http/remote-error";
import { assertNotInterrupted, pauseUnless } from "../http/retries";
import type { AzureClient } from "./azure-client";
import { findJob, requestProperty } from "./jobs";

/** What starts the training pipeline. */
export interface RetrainingCall {
  /** Of the batch endpoint, `https://.../jobs`. */
  readonly url: string;
  readonly deployment: string;
  /** The workspace's id in Azure, in which the job is found again. */
  readonly workspaceId: string;
  /** The model, which is the name of its experiment. */
  readonly model: string;
  /** Folders that the pipeline reads, `azureml://...`, by the name of the input. */
  readonly inputs: Readonly<Record<string, string>>;
  /** What the same request has again when it is repeated: a build's id, for example. */
  readonly request: string;
}

export interface StartedJob {
  readonly name: string;
  /** Whether an earlier, same request had started it. */
  readonly already: boolean;
}

const invokedSchema = z.object({ name: z.string().min(1) });

/** Looks for a job after a lost answer: the list of jobs may be some seconds behind. */
const looks = 5;

async function invoke(client: AzureClient, call: RetrainingCall): Promise<string> {
  const { url, deployment, model, inputs, request } = call;
  const mark = { [requestProperty]: request };
  const { name } = await client.call({
    what: `A start of ${deployment}`,
    scope: "endpoint",
    method: "POST",
    url,
    // The endpoint has no default deployment: it could not be declared together with the endpoint.
    headers: { "azureml-model-deployment": deployment },
    body: {
      properties: {
        InputData: Object.fromEntries(
          Object.entries(inputs).map(([input, uri]) => [input, { JobInputType: "UriFolder", Uri: uri }]),
        ),
        properties: { experimentName: model, ...mark },
        tags: mark,
      },
    },
    answer: invokedSchema,
    remedies: {
      404: `Expected deployment ${deployment} on this endpoint. Run \`npm run infra:up -- --stack <its stack>\`: a deployment has a new name when the pipeline changes.`,
    },
  });
  return name;
}

async function findAfterLoss(client: AzureClient, call: RetrainingCall): Promise<string | undefined> {
  for (let look = 1; look <= looks; look += 1) {
    await pauseUnless(client.signal, client.timing.firstPauseMs * 2 ** look);
    const found = await findJob(client, call.workspaceId, call.request);
    if (found !== undefined) return found.name;
  }
  return undefined;
}

/**
 * Starts the training pipeline once for a request, however often it is asked for; anew only after a job that failed or was cancelled. The endpoint itself would start a job
 * for each call: so the job is looked for first, and again when an answer is lost.
 */
export async function invokeRetraining(client: AzureClient, call: RetrainingCall): Promise<StartedJob> {
  const earlier = await findJob(client, call.workspaceId, call.request);
  if (earlier !== undefined) return { name: earlier.name, already: true };
  try {
    return { name: await invoke(client, call), already: false };
  } catch (error) {
    assertNotInterrupted(client.signal);
    if (!(error instanceof RemoteError) || !error.maybeDone) throw error;
    const name = await findAfterLoss(client, call);
    if (name === undefined) throw error;
    return { name, already: false };
  }
}
