import type { Command } from "commander";
import { Option } from "commander";
import { parseModelRef } from "../../platform/model-ref";
import { readSettings } from "../../platform/settings";
import type { CommandScope } from "../command-scope";
import { checkLoadedData, describeFindings } from "../data-check";
import { modelsDirectory } from "../definitions";
import { initModel } from "../init";
import { retrain, runLifecycle } from "../lifecycle";
import { dataOption, jsonOption, modelOption, portOption, runOption } from "../options";
import { openOutput } from "../output";
import { openRunData } from "../run-data";
import { refusals } from "../runs";
import { shownPath } from "../shown-path";
import { packageStep } from "../steps/release-steps";
import { openRunContext, stepNames } from "../steps/step";
import { checkStep, evaluateStep, registerStep, splitStep, trainStep } from "../steps/training-steps";
import type { ModelFlags } from "./open-command";
import { openCommand, openRun, runAsCommand } from "./open-command";
import { serveUntilStopped, startServing } from "./serve";

interface LifecycleFlags extends ModelFlags {
  readonly yes?: boolean;
  readonly until?: string;
  readonly keepServing?: boolean;
  readonly port?: number;
}

function addLifecycle(program: Command, scope: CommandScope): void {
  program
    .command("lifecycle")
    .description("run the whole life of a model, from its data to production, as one new run")
    .addOption(modelOption())
    .addOption(dataOption())
    .option("--yes", "release to production without asking")
    .addOption(new Option("--until <step>", "stop after this step").choices(stepNames))
    .option("--keep-serving", "go on serving production until Ctrl-C")
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (flags: LifecycleFlags) => {
      const { session, loaded, unlock } = await openCommand(scope, flags, {
        changes: "lifecycle",
        attached: true,
        port: { of: "prod", number: flags.port },
      });
      const run = await runLifecycle(session, loaded, { yes: flags.yes ?? false, until: flags.until });
      session.output.result(run, `\n${run.explanation}`);
      if (refusals.includes(run.outcome)) process.exitCode = 1;
      if (flags.keepServing) {
        await unlock();
        await serveUntilStopped(await startServing(session, loaded.definition), session, scope);
      }
    });
}

function addDataCheck(program: Command, scope: CommandScope): void {
  program
    .command("data")
    .description("work with a model's data")
    .command("check")
    .description(
      "check the data against the definition and the champion's reference sample; exit 1 on an error",
    )
    .addOption(modelOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const { session, loaded } = await openCommand(scope, flags);
      const data = await openRunData(loaded.definition, loaded.dataFile);
      try {
        const report = await checkLoadedData(session, loaded.definition, data);
        session.output.result(report, describeFindings(report));
        if (report.findings.some(({ severity }) => severity === "error")) process.exitCode = 1;
      } finally {
        await data.engine.close();
      }
    });
}

function addTrain(program: Command, scope: CommandScope): void {
  program
    .command("train")
    .description("check and split the data and train a candidate, as one new run")
    .addOption(modelOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const { session, loaded } = await openCommand(scope, flags, { changes: "training" });
      const run = await session.runs.create(loaded.definition.name, loaded.dataFile, new Date());
      await runAsCommand(openRunContext(session, loaded, run), [checkStep, splitStep, trainStep]);
    });
}

function addGateSteps(program: Command, scope: CommandScope): void {
  for (const { step, changes, description } of [
    {
      step: evaluateStep,
      changes: "evaluation",
      description:
        "compare a run's candidate with the champion in production; exit 1 when the champion is kept",
    },
    {
      step: registerStep,
      changes: "registration",
      description:
        "register a run's candidate as the next version, if the gate let it pass; exit 1 otherwise",
    },
  ]) {
    program
      .command(step.name)
      .description(description)
      .addOption(modelOption())
      .addOption(runOption())
      .addOption(jsonOption())
      .action(async (flags: ModelFlags) => {
        const command = await openCommand(scope, flags, { changes });
        const newest = { name: "run", remedy: "Run `mlops train` first." };
        const run = await runAsCommand(await openRun(command, flags.run, newest), [step]);
        if (run.outcome === "kept") process.exitCode = 1;
      });
  }
}

function addPackage(program: Command, scope: CommandScope): void {
  program
    .command("package")
    .argument("[version]", "registered version, name:version (default: the newest run's)")
    .description("package a registered version for release")
    .addOption(modelOption())
    .addOption(runOption())
    .addOption(jsonOption())
    .action(async (version: string | undefined, flags: ModelFlags) => {
      const model = version === undefined ? flags.model : parseModelRef(version).name;
      const command = await openCommand(scope, { ...flags, model }, { changes: "packaging" });
      const context = await openRun(command, flags.run, {
        name: version === undefined ? "run with a registered version" : `run that registered ${version}`,
        remedy: "Run `mlops register` first.",
        matches: (run) => (version === undefined ? run.version !== undefined : run.version === version),
      });
      await runAsCommand(context, [packageStep]);
    });
}

function addRetrain(program: Command, scope: CommandScope): void {
  program
    .command("retrain")
    .description(
      "train on the data as it is now and register the candidate if it is better than the champion",
    )
    .addOption(modelOption())
    .addOption(dataOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const { session, loaded } = await openCommand(scope, flags, { changes: "retraining" });
      const run = await retrain(session, loaded);
      session.output.result(run, `\n${run.explanation}`);
    });
}

function addInit(program: Command): void {
  program
    .command("init")
    .argument("<name>", "name of the new model")
    .requiredOption("--from <file>", "CSV file with a header line")
    .option("--target <column>", "column to predict (default: the last)")
    .addOption(jsonOption())
    .description("make models/<name>/ from a CSV file of your own")
    .action(async (name: string, flags: { from: string; target?: string; json?: boolean }) => {
      const models = readSettings("cli", process.env).models ?? modelsDirectory;
      const definition = await initModel({ name, ...flags, models });
      const output = await openOutput(flags.json ?? false);
      output.result(
        { model: name, definition },
        `Wrote ${shownPath(definition)}. Check its ranges and values, then: npm start -- --model ${name}`,
      );
    });
}

/** Verbs that make a model and bring it into the registry. */
export function addModelCommands(program: Command, scope: CommandScope): void {
  addLifecycle(program, scope);
  addDataCheck(program, scope);
  addTrain(program, scope);
  addGateSteps(program, scope);
  addPackage(program, scope);
  addRetrain(program, scope);
  addInit(program);
}
