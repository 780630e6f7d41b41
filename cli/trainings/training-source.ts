import { PlatformError } from "../../platform/base/errors";
import type { WatchedTraining } from "../../platform/gate/training-watch";
import { readEnvironments } from "../../platform/release/environments";
import { placeOf } from "../../platform/release/place";
import { readTrainingStack, requireModelOf, type TrainingStack } from "./training-stack";
import type { Session } from "../session/session";
import type { TargetName } from "../session/target";
import { openLocalJob } from "../runs/local-jobs";
import { requireRunOf } from "../runs/require-run-of";
import { openComparedRun, type ComparedRun } from "../runs/run-summary";
import type { RunRecord, Runs } from "../runs/runs";
import { jobOfRun, type TrainingJob } from "../runs/training-job";

/** Where the trainings of a model are looked at: the runs of this machine, or the jobs of the stack that trains. */
export interface TrainingSource {
  /** Newest first, at most `max`, with what they took and measured. */
  list(max: number): Promise<TrainingJob[]>;
  /** By their states alone. */
  watched(): Promise<WatchedTraining[]>;
  /** Longest time between two trainings by a schedule, in hours; undefined without one. */
  everyHours(): Promise<number | undefined>;
  open(id: string): Promise<{ readonly job: TrainingJob; readonly log: readonly string[] }>;
  /** What one is compared by: by its id, or by the version that it registered. */
  compared(name: string): Promise<ComparedRun>;
}

// Loaded on use: commands about this machine do without them.
const azureJobs = () => require("./azure-jobs") as typeof import("./azure-jobs");
const comparedJobs = () => require("./compared-job") as typeof import("./compared-job");
const azureClients = () =>
  require("../../platform/azure/azure-client") as typeof import("../../platform/azure/azure-client");
const stackOutputs = () =>
  require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");

/** A run by its id, or by the version that it registered. */
async function findRun(runs: Runs, model: string, name: string): Promise<RunRecord> {
  if (!name.includes(":")) return runs.get(name);
  const found = (await runs.list(model)).find(({ version }) => version === name);
  if (found !== undefined) return found;
  throw new PlatformError(
    "NOT_FOUND",
    `No run on this machine has registered ${name}. Expected a run, or a version of one. \`mlops runs\` lists them.`,
  );
}

function localSource({ runs }: Pick<Session, "runs">, model: string): TrainingSource {
  return {
    list: async (max) => (await runs.list(model)).slice(0, max).map(jobOfRun),
    watched: async () => (await runs.list(model)).map(jobOfRun),
    everyHours: () => Promise.resolve(undefined),
    open: async (id) => {
      const run = await runs.get(id);
      requireRunOf(run, model);
      return openLocalJob(runs, run);
    },
    compared: async (name) => {
      const run = await findRun(runs, model, name);
      requireRunOf(run, model);
      return openComparedRun(runs, run);
    },
  };
}

function stackSource(readStack: () => Promise<TrainingStack>, signal: AbortSignal): TrainingSource {
  const client = new (azureClients().AzureClient)({ signal });
  const now = new Date();
  let reading: Promise<TrainingStack> | undefined;
  const stack = (): Promise<TrainingStack> => (reading ??= readStack());
  return {
    list: async (max) => azureJobs().listTrainingJobs(client, await stack(), { max, now }),
    watched: async () => azureJobs().watchedJobs(client, await stack(), now),
    everyHours: async () => (await stack()).retraining.everyHours,
    open: async (id) => azureJobs().openTrainingJob(client, await stack(), { id, now }),
    compared: async (name) => comparedJobs().openComparedJob(client, await stack(), { name, now }),
  };
}

/** Opens where the trainings of a model are. A stack trains one model; another one is refused. */
export function openTrainingSource(
  session: Pick<Session, "runs" | "signal">,
  { target, model }: { readonly target: TargetName; readonly model: string },
): TrainingSource {
  if (placeOf(target).trainings === "runs") return localSource(session, model);
  const { signal } = session;
  const { training } = readEnvironments();
  const readStack = async (): Promise<TrainingStack> => {
    const stack = readTrainingStack(training, await stackOutputs().readStackOutputs(training, signal));
    requireModelOf(training, stack, model);
    return stack;
  };
  return stackSource(readStack, signal);
}
