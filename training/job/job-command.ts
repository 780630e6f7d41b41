import type { Command } from "commander";
import type { Settings } from "../../platform/settings/settings";
import { checkJob, evaluateJob, registerJob, trainJob, type JobContext } from "./job";
import { harmlessText } from "../../platform/base/harmless-text";

/** What the program gives its commands. */
interface Program {
  readonly settings: () => Settings<"training">;
  readonly answer: (value: unknown) => void;
  readonly signal: AbortSignal;
}

/** From SIGTERM to the end, whatever is still under way; a pre-empted node is gone 30 s after it was told. */
const graceMs = 8_000;

function step(job: Command, name: string, description: string): Command {
  return job
    .command(name)
    .description(description)
    .requiredOption("--model <name>", "model, a folder of MLOPS_MODELS");
}

const data = [
  "--data <folder>",
  "folder with the CSV or Parquet files of one table, or one such file",
] as const;
const candidate = ["--candidate <folder>", "folder that `job train` filled"] as const;
const registry = [
  "--registry <uri>",
  "tracking URI, or folder, of the registry (default: MLFLOW_TRACKING_URI)",
] as const;

/** Runs a step, and the process to its end within the grace when it was told to end: no step waits for a server then. */
async function runStep(
  { settings, answer, signal }: Program,
  work: (job: JobContext) => Promise<unknown>,
): Promise<void> {
  const warn = (message: string): void => void process.stderr.write(`${harmlessText(message)}\n`);
  const end = (): void => {
    setTimeout(() => process.exit(1), graceMs).unref();
  };
  signal.addEventListener("abort", end, { once: true });
  try {
    const done = await work({ settings: settings(), env: process.env, signal, warn });
    answer(done);
    if (signal.aborted) process.exitCode = 1;
  } finally {
    signal.removeEventListener("abort", end);
  }
}

/** Adds the steps of a pipeline in Azure Machine Learning: folders in, folders out, all else from the job's environment. */
export function addJob(parent: Command, program: Program): void {
  const job = parent
    .command("job")
    .description("steps of a pipeline, as jobs of Azure Machine Learning run them");
  step(job, "check", "check the data; exit 1 when it has errors")
    .requiredOption(...data)
    .requiredOption("--report <folder>", "where data-check.json and checked.json go")
    .option(...registry)
    .action((flags: Parameters<typeof checkJob>[1]) =>
      runStep(program, (context) => checkJob(context, flags)),
    );
  step(job, "train", "train a candidate on the data that was checked")
    .requiredOption(...data)
    .requiredOption("--checked <folder>", "folder that `job check` filled")
    .requiredOption("--candidate <folder>", "where the model directory and candidate.json go")
    .action((flags: Parameters<typeof trainJob>[1]) =>
      runStep(program, (context) => trainJob(context, flags)),
    );
  step(job, "evaluate", "compare the candidate with the champion")
    .requiredOption(...data)
    .requiredOption(...candidate)
    .requiredOption("--decision <folder>", "where evaluation.json, decision.json and judged.json go")
    .option(...registry)
    .action((flags: Parameters<typeof evaluateJob>[1]) =>
      runStep(program, (context) => evaluateJob(context, flags)),
    );
  step(job, "register", "register the candidate, if the gate let it pass; exit 0 when it did not")
    .requiredOption(...candidate)
    .requiredOption("--decision <folder>", "folder that `job evaluate` filled")
    .option(...registry)
    .action((flags: Parameters<typeof registerJob>[1]) =>
      runStep(program, (context) => registerJob(context, flags)),
    );
}
