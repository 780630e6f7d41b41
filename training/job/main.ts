import path from "node:path";
import { Command, CommanderError } from "commander";
import { PlatformError, describeBug, exitCodeOf, explainStorageError } from "../../platform/base/errors";
import { harmlessText } from "../../platform/base/harmless-text";
import { newRunId } from "../../platform/base/run-id";
import { errorLines } from "../../platform/data/findings";
import { formatModelRef } from "../../platform/definition/model-ref";
import { loadOnnxRuntime } from "../../platform/onnx/onnx-runtime";
import { openRegistry } from "../../platform/registry/open-registry";
import { auditedByJob } from "./job-audit";
import { readSettings, type Settings } from "../../platform/settings/settings";
import { openEngine } from "../../platform/sql/open-engine";
import { addJob } from "./job-command";
import { packageChampions } from "../inputs/package-champions";
import {
  acceptedBySettings,
  breakingAcceptedBySettings,
  checkStep,
  evaluateStep,
  mayRegister,
  readDecision,
  registerStep,
  requireSound,
  trainStep,
} from "../steps";
import { decideSplit } from "../inputs/split";
import { keepData, ofProgram, versionsOf } from "./program";
import { makePythonEnvironments } from "./python-environments";
import { withWorkbench } from "./with-workbench";

/** Answers with one JSON document on standard output. */
function answer(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}

interface StepFlags {
  readonly model: string;
  readonly data?: string;
  /** Folder of the package that production serves. */
  readonly champion?: string;
}

/** A step of training that reads data. */
function step(program: Command, name: string, description: string): Command {
  return program
    .command(name)
    .description(description)
    .requiredOption("--model <name>", "model, a folder of MLOPS_MODELS")
    .option("--data <file>", "CSV or Parquet file instead of the definition's own")
    .option("--champion <folder>", "package that production serves, if it serves one");
}

const settings = (): Settings<"training"> => readSettings("training", process.env);

function addDataSteps(program: Command, signal: AbortSignal): void {
  step(program.command("data").description("work with a model's data"), "check", "check the data").action(
    async (flags: StepFlags) => {
      const read = settings();
      const { report } = await withWorkbench({ settings: read, signal }, flags, (workbench) =>
        checkStep(workbench, packageChampions(flags.champion), acceptedBySettings(read)),
      );
      answer(report);
      if (errorLines(report.findings).length > 0) process.exitCode = 1;
    },
  );
  step(program, "train", "check and split the data and train a candidate")
    .requiredOption("--output <folder>", "model directory to make")
    .option("--run <id>", "id of the run (default: a new one)")
    .option("--keep-work", "leave what a trainer's program was given and left in <output>.work")
    .action(async (flags: StepFlags & { output: string; run?: string; keepWork?: boolean }) => {
      const read = settings();
      const trained = await withWorkbench({ settings: read, signal }, flags, async (workbench) => {
        const champions = packageChampions(flags.champion);
        const { report, champion } = await checkStep(workbench, champions, acceptedBySettings(read));
        requireSound(report);
        await keepData(read, workbench);
        return trainStep(workbench, {
          ...ofProgram(read),
          outputDirectory: path.resolve(flags.output),
          programLog: `${path.resolve(flags.output)}.log`,
          keptWork: flags.keepWork ? `${path.resolve(flags.output)}.work` : undefined,
          run: flags.run ?? newRunId(flags.model, new Date()),
          champion: champion?.model,
          split: await decideSplit(workbench, champion, await versionsOf(read)),
          signal,
        });
      });
      answer(trained);
    });
  step(program, "evaluate", "compare a candidate with the champion; exit 1 when the champion is kept")
    .requiredOption("--candidate <folder>", "model directory that `train` made")
    .requiredOption("--output <folder>", "where evaluation.json and decision.json go")
    .action(async (flags: StepFlags & { candidate: string; output: string }) => {
      const read = settings();
      const { decision } = await withWorkbench({ settings: read, signal }, flags, async (workbench) =>
        evaluateStep(workbench, {
          candidate: flags.candidate,
          champions: packageChampions(flags.champion),
          records: { dataVersions: await versionsOf(read) },
          evaluation: read.evaluation,
          acceptBreaking: breakingAcceptedBySettings(read),
          output: flags.output,
        }),
      );
      answer(decision);
      if (!mayRegister(decision, read.onNoPromotion)) process.exitCode = 1;
    });
}

function addRegister(program: Command): void {
  program
    .command("register")
    .description("register a candidate as the next version, if the gate let it pass")
    .requiredOption("--candidate <folder>", "model directory that `train` made")
    .requiredOption("--decision <file>", "decision.json that `evaluate` made")
    .requiredOption("--registry <location>", "folder of the registry, or tracking URI of an MLflow server")
    .action(async (flags: { candidate: string; decision: string; registry: string }) => {
      const decision = await readDecision(flags.decision);
      const { onNoPromotion, signingKey, audit } = settings();
      const warn = (message: string): void => void process.stderr.write(`${harmlessText(message)}\n`);
      const opened = openRegistry(flags.registry, { report: ({ message }) => warn(message), signingKey });
      const registry = auditedByJob(opened, { audit }, { env: process.env, warn });
      const registered = await registerStep(registry, {
        candidate: flags.candidate,
        decision,
        onNoPromotion,
      });
      if (registered === undefined) {
        throw new PlatformError(
          "CONFLICT",
          `Not registered: ${decision.explanation} A candidate is registered when the gate lets it pass. Train a better one, or set MLOPS_ON_NO_PROMOTION=continue.`,
        );
      }
      const { version, existed } = registered;
      answer({ version: formatModelRef(version), digest: version.digest, existed });
    });
}

function addSelfCheck(program: Command): void {
  program
    .command("self-check")
    .description("load the native libraries and print their versions")
    .action(async () => {
      const engine = await openEngine();
      const version = await engine.version();
      await engine.close();
      const { env } = loadOnnxRuntime();
      answer({ node: process.versions.node, [engine.name]: version, onnxruntime: env.versions.node });
    });
}

function addPythonEnvironments(program: Command, signal: AbortSignal): void {
  program
    .command("python-environments")
    .description(
      "make the Python environments of all models that have a Python program, as an image holds them",
    )
    .action(async () => answer(await makePythonEnvironments(settings(), signal)));
}

/** Entry of the training image: one step of training, with files and folders as its inputs and outputs. */
async function main(): Promise<void> {
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => interrupted.abort());
  const program = new Command("mlops-training")
    .description(
      "Steps that make a model. Exit codes: 0 done, 1 a check or gate said no or something failed, 2 wrong usage.",
    )
    .showSuggestionAfterError();
  addDataSteps(program, interrupted.signal);
  addRegister(program);
  addJob(program, { settings, answer, signal: interrupted.signal });
  addSelfCheck(program);
  addPythonEnvironments(program, interrupted.signal);
  const refuse = (command: Command): void => {
    command.exitOverride();
    command.commands.forEach(refuse);
  };
  refuse(program);
  try {
    await program.parseAsync(process.argv);
  } catch (thrown) {
    if (thrown instanceof CommanderError) {
      // It has printed what is wrong; the exit code is this product's.
      process.exitCode = thrown.exitCode === 0 ? 0 : 2;
      return;
    }
    const error = explainStorageError(thrown);
    process.exitCode = exitCodeOf(error);
    if (error instanceof PlatformError)
      process.stderr.write(`${harmlessText(`${error.code}: ${error.message}`)}\n`);
    else process.stderr.write(`${harmlessText(describeBug(error))}\n`);
  }
}

void main();
