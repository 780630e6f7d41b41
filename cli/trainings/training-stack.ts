import { z } from "zod";
import type { Job } from "../../platform/azure/jobs";
import { PlatformError } from "../../platform/base/errors";

/** The outputs of a stack by which it retrains; infra/components/outputs.ts writes them. */
const outputsSchema = z.object({
  model: z.string().min(1),
  workspaceId: z.string().regex(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/.+$/i),
  retraining: z.object({
    url: z.url(),
    deployment: z.string().min(1),
    dataUri: z.string().startsWith("azureml://"),
    /** Longest time between two trainings by the schedule; absent while that is disabled. */
    everyHours: z.number().int().positive().exactOptional(),
  }),
  /** Variables of the `mlops` command; the registry is the workspace's tracking URI. */
  environment: z.object({ cli: z.object({ MLOPS_REGISTRY: z.string().min(1) }) }),
});

/** What a stack trains, and where. */
export interface TrainingStack extends Omit<z.output<typeof outputsSchema>, "environment"> {
  /** Of the workspace, for MLflow. */
  readonly trackingUri: string;
}

export function readTrainingStack(stack: string, outputs: Readonly<Record<string, unknown>>): TrainingStack {
  const result = outputsSchema.safeParse(outputs);
  if (result.success) {
    const { environment, ...training } = result.data;
    return { ...training, trackingUri: environment.cli.MLOPS_REGISTRY };
  }
  const missing = [...new Set(result.error.issues.map(({ path }) => path.join(".")))];
  throw new PlatformError(
    "CONFLICT",
    `Stack ${stack} has no retraining endpoint: its outputs lack ${missing.join(", ")}. Expected those of an update that succeeded. Run \`npm run infra:up -- --stack ${stack}\`.`,
  );
}

/** Refuses another model than the one that the stack trains. */
export function requireModelOf(
  stack: string,
  { model }: Pick<TrainingStack, "model">,
  asked: string | undefined,
): void {
  if (asked === undefined || asked === model) return;
  throw new PlatformError(
    "USAGE",
    `Stack ${stack} trains ${model}, not ${asked}. A stack has one model. Leave --model out, or name the stack of ${asked}.`,
  );
}

interface JobOutcome {
  readonly outcome?: string;
  readonly version?: string;
  readonly explanation?: string;
}

/** What the register step has written to the run of its pipeline; see training/job/job-log.ts. */
export function outcomeOf({ tags }: Pick<Job, "tags">): JobOutcome {
  const { "mlops.outcome": outcome, "mlops.version": version, "mlops.explanation": explanation } = tags;
  return {
    ...(outcome !== undefined && { outcome }),
    ...(version !== undefined && { version }),
    ...(explanation !== undefined && { explanation }),
  };
}
