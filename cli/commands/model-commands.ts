import type { Command } from "commander";
import { Option } from "commander";
import { parseModelRef } from "../../platform/definition/model-ref";
import { readEnvironments } from "../../platform/release/environments";
import type { CommandScope } from "./command-scope";
import { breakingAcceptedByFlag } from "../retraining/accepted-changes";
import type { Step } from "../steps/step";
import {
  acceptBreakingOption,
  dataOption,
  jsonOption,
  keepWorkOption,
  modelOption,
  portOption,
  runOption,
  targetOption,
} from "./options";
import { stepNames } from "../steps/step-names";
import { requireRegistry } from "../session/require-registry";
import { openTarget, type TargetName } from "../session/target";
import type { ModelFlags } from "./open-command";
import { describeNext, openCommand, openRun, runAsCommand } from "./open-command";
import { openVersion } from "./release-run";
import { addDataCheck } from "./check-command";
import { addDataVersions } from "./data-commands";
import { addInit } from "./init-command";
import { addRetrain } from "./retrain-command";
import { addTune } from "./tune-command";

// Loaded where a verb runs: help and usage errors come without them.
const releaseFiles = () => require("./release-file") as typeof import("./release-file");
const lifecycles = () => require("../steps/lifecycle") as typeof import("../steps/lifecycle");
const releaseSteps = () => require("../steps/release-steps") as typeof import("../steps/release-steps");
const runSteps = () => require("../steps/step") as typeof import("../steps/step");
const trainingSteps = () => require("../steps/training-steps") as typeof import("../steps/training-steps");
const serving = () => require("./serve-command") as typeof import("./serve-command");
const runRecords = () => require("../runs/runs") as typeof import("../runs/runs");

interface LifecycleFlags extends ModelFlags {
  readonly yes?: boolean;
  readonly until?: string;
  readonly keepServing?: boolean;
  readonly keepWork?: boolean;
  readonly port?: number;
  readonly acceptBreaking?: string;
}

function addLifecycle(program: Command, scope: CommandScope): void {
  program
    .command("lifecycle")
    .description("run the whole life of a model, from its data to production, as one new run")
    .addOption(modelOption())
    .addOption(dataOption())
    .option("--yes", "release to production without asking")
    .addOption(new Option("--until <step>", "stop after this step").choices(stepNames(readEnvironments())))
    .addOption(acceptBreakingOption())
    .addOption(keepWorkOption())
    .option("--keep-serving", "go on serving production until Ctrl-C")
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (flags: LifecycleFlags) => {
      const { session, loaded, unlock } = await openCommand(scope, flags, {
        changes: "lifecycle",
        attached: true,
        port: { of: readEnvironments().production, number: flags.port },
      });
      const { yes = false, until, keepWork } = flags;
      const acceptBreaking = breakingAcceptedByFlag(flags.acceptBreaking);
      const run = await lifecycles().runLifecycle(session, loaded, { yes, until, acceptBreaking, keepWork });
      session.output.result(run, `\n${run.explanation}${describeNext(run, session)}`);
      if (runRecords().refusals.includes(run.outcome)) process.exitCode = 1;
      if (flags.keepServing) {
        await unlock();
        const { startServing, serveUntilStopped } = serving();
        await serveUntilStopped(await startServing(session, loaded.definition), session, scope);
      }
    });
}

function addData(program: Command, scope: CommandScope): void {
  const data = program.command("data").description("work with a model's data");
  addDataCheck(data, scope);
  addDataVersions(data, scope);
}

function addTrain(program: Command, scope: CommandScope): void {
  program
    .command("train")
    .description("check and split the data and train a candidate, as one new run")
    .addOption(modelOption())
    .addOption(dataOption())
    .addOption(keepWorkOption())
    .addOption(jsonOption())
    .action(async ({ keepWork, ...flags }: ModelFlags & { readonly keepWork?: boolean }) => {
      const { session, loaded } = await openCommand(scope, flags, { changes: "training" });
      const run = await session.runs.create(loaded.definition.name, loaded.dataFile, new Date());
      const context = runSteps().openRunContext(session, loaded, run, { keepWork });
      const { checkStep, splitStep, trainStep } = trainingSteps();
      await runAsCommand(context, [checkStep, splitStep, trainStep]);
    });
}

interface GateFlags extends ModelFlags {
  readonly acceptBreaking?: string;
}

function addGateSteps(program: Command, scope: CommandScope): void {
  const verb = (name: string, step: () => Step, changes: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(modelOption())
      .addOption(runOption())
      .addOption(jsonOption())
      .action(async (flags: GateFlags) => {
        const command = await openCommand(scope, flags, { changes });
        const newest = { name: "run", remedy: "Run `mlops train` first." };
        const acceptBreaking = breakingAcceptedByFlag(flags.acceptBreaking);
        const context = await openRun(command, flags.run, newest);
        const run = await runAsCommand({ ...context, ...(acceptBreaking && { acceptBreaking }) }, [step()]);
        if (run.outcome === "kept") process.exitCode = 1;
      });
  verb(
    "evaluate",
    () => trainingSteps().evaluateStep,
    "evaluation",
    "compare a run's candidate with the champion in production; exit 1 when the champion is kept",
  ).addOption(acceptBreakingOption());
  verb(
    "register",
    () => trainingSteps().registerStep,
    "registration",
    "register a run's candidate as the next version, if the gate let it pass; exit 1 otherwise",
  );
}

function addPackage(program: Command, scope: CommandScope): void {
  program
    .command("package")
    .argument("[version]", "registered version, name:version (default: the newest run's)")
    .description("package a registered version for release; in Azure, push its scoring image too")
    .addOption(modelOption())
    .addOption(runOption())
    .addOption(targetOption())
    .option("--output <file>", "JSON file to write: the release, for --release of other commands")
    .option(
      "--registry <address>",
      "registry that the version was registered in, as its event says; another one than this command's is refused",
      "",
    )
    .addOption(jsonOption())
    .action((version: string | undefined, flags: PackageFlags) => packageVersion(scope, version, flags));
}

interface PackageFlags extends ModelFlags {
  readonly target: TargetName;
  readonly output?: string;
  readonly registry: string;
}

async function packageVersion(
  scope: CommandScope,
  version: string | undefined,
  flags: PackageFlags,
): Promise<void> {
  const model = version === undefined ? flags.model : parseModelRef(version).name;
  const command = await openCommand(scope, { ...flags, model }, { changes: "packaging" });
  await requireRegistry(command.session, { version: version ?? model, registered: flags.registry });
  const target = openTarget(command.session, flags.target);
  const context = await openVersion(command, { version, run: flags.run }, target);
  const run = await runAsCommand(context, [releaseSteps().packageStep]);
  if (flags.output !== undefined) await releaseFiles().writeReleaseFile(flags.output, run);
}

/** Verbs that make a model and bring it into the registry. */
export function addModelCommands(program: Command, scope: CommandScope): void {
  addLifecycle(program, scope);
  addData(program, scope);
  addTrain(program, scope);
  addTune(program, scope);
  addGateSteps(program, scope);
  addPackage(program, scope);
  addRetrain(program, scope);
  addInit(program);
}
