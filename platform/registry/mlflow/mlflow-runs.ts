import { z } from "zod";
import { trimEnd } from "../../base/trim-end";
import { RemoteError } from "../../http/remote-error";
import type { MlflowClient } from "./mlflow-client";
import { isAlreadyThere, isMissing } from "./mlflow-failures";

const runSchema = z.object({ info: z.object({ run_id: z.string(), artifact_uri: z.string() }) });
const runAnswer = z.object({ run: runSchema });
const runsAnswer = z.object({ runs: z.array(runSchema).default([]) });

/** A run of the server, and where its artifacts are. */
export interface MlflowRun {
  readonly runId: string;
  readonly artifactUri: string;
}

const toRun = ({ info }: z.output<typeof runSchema>): MlflowRun => ({
  runId: info.run_id,
  artifactUri: trimEnd(info.artifact_uri, "/"),
});

export async function getRun(client: MlflowClient, runId: string): Promise<MlflowRun> {
  const { run } = await client.call({
    method: "GET",
    path: "runs/get",
    query: { run_id: runId },
    answer: runAnswer,
  });
  return toRun(run);
}

const byName = z.object({ experiment: z.object({ experiment_id: z.string() }) });
const created = z.object({ experiment_id: z.string() });

async function findExperiment(client: MlflowClient, name: string): Promise<string | undefined> {
  try {
    const query = { experiment_name: name };
    const found = await client.call({
      method: "GET",
      path: "experiments/get-by-name",
      query,
      answer: byName,
    });
    return found.experiment.experiment_id;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** Id of the experiment with a name, which is made if there is none. */
async function openExperiment(client: MlflowClient, name: string): Promise<string> {
  const found = await findExperiment(client, name);
  if (found !== undefined) return found;
  try {
    // Names are unique, so a second call only reports that the experiment exists.
    const made = await client.call({
      method: "POST",
      path: "experiments/create",
      body: { name },
      answer: created,
    });
    return made.experiment_id;
  } catch (error) {
    const other = isAlreadyThere(error) ? await findExperiment(client, name) : undefined;
    if (other === undefined) throw error;
    return other;
  }
}

/** Says of a run of the server which run of ours it is. No dot in this key: not every server takes one in a filter. */
const ownRunTag = "mlops_run";

/** The newest run of an experiment with a value of a tag. */
async function findByTag(
  client: MlflowClient,
  experiment: string,
  { tag, value }: { readonly tag: string; readonly value: string },
): Promise<MlflowRun | undefined> {
  const body = { experiment_ids: [experiment], filter: `tags.${tag} = '${value}'`, max_results: 2 };
  const { runs } = await client.call({ method: "POST", path: "runs/search", body, answer: runsAnswer });
  return runs.map(toRun)[0];
}

/** The run that `openRun` made for a run of ours, if it has. */
export async function findRun(
  client: MlflowClient,
  { model, run }: { readonly model: string; readonly run: string },
): Promise<MlflowRun | undefined> {
  // What another program calls its runs would be no text of a filter.
  const experiment = /^[\w-]+$/.test(run) ? await findExperiment(client, model) : undefined;
  return experiment === undefined ? undefined : findByTag(client, experiment, { tag: ownRunTag, value: run });
}

/** The server's run for a run of ours, in the experiment named after the model; it is made where there is none. */
export async function openRun(
  client: MlflowClient,
  { model, run, now }: { readonly model: string; readonly run: string; readonly now: number },
): Promise<MlflowRun> {
  const found = await findRun(client, { model, run });
  return found ?? startRun(client, { model, name: run, tag: ownRunTag, value: run, now });
}

/** Starts a run in the experiment named after a model; if the reply is lost, the run is found by the value of its tag. */
export async function startRun(
  client: MlflowClient,
  {
    model,
    name,
    tag,
    value,
    now,
  }: {
    readonly model: string;
    readonly name: string;
    readonly tag: string;
    readonly value: string;
    readonly now: number;
  },
): Promise<MlflowRun> {
  const experiment = await openExperiment(client, model);
  const make = async (): Promise<MlflowRun> => {
    const body = {
      experiment_id: experiment,
      run_name: name,
      start_time: now,
      tags: [
        { key: tag, value },
        { key: "mlflow.runName", value: name },
      ],
    };
    const call = { method: "POST", path: "runs/create", body, answer: runAnswer, idempotent: false } as const;
    return toRun((await client.call(call)).run);
  };
  return client.makeOnce(make, () => findByTag(client, experiment, { tag, value }));
}

/** Ends a run. A failure to tell the server must not hide what the run did, or why it failed. */
export async function endRun(
  client: MlflowClient,
  runId: string,
  status: "FINISHED" | "FAILED",
): Promise<void> {
  const body = { run_id: runId, status, end_time: Date.now() };
  try {
    await client.call({ method: "POST", path: "runs/update", body, answer: z.unknown() });
  } catch (error) {
    if (!(error instanceof RemoteError)) throw error;
  }
}
