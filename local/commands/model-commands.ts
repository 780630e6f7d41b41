import path from "node:path";
import type { Command } from "commander";
import { Option } from "commander";
import { parseModelRef } from "../../platform/model-ref";
import type { CommandScope } from "../command-scope";
import { modelsDirectory } from "../definitions";
import { lifecycleSteps, retrain, runLifecycle } from "../lifecycle";
import { dataOption, jsonOption, modelOption, portOption, runOption } from "../options";
import type { RunRecord } from "../runs";
import { packageStep } from "../steps/release-steps";
import { openRunContext } from "../steps/step";
import { checkStep, evaluateStep, registerStep, splitStep, trainStep } from "../steps/training-steps";
import type { ModelFlags } from "./open-command";
import { openCommand, openRun, runAsCommand } from "./open-command";
import { serveUntilStopped } from "./serve";

interface LifecycleFlags extends ModelFlags {
  readonly yes?: boolean;
  readonly until?: string;
  readonly keepServing?: boolean;
  readonly port?: number;
}

/** Outcomes that mean that a check or gate has said no. */
const refusals: readonly RunRecord["outcome"][] = ["failed", "rolled-back", "declined"];

export function addModelCommands(program: Command, scope: CommandScope): void {
  program
    .command("lifecycle")
    .description("run the whole life of a model, from its data to production, as one new run")
    .addOption(modelOption())
    .addOption(dataOption())
    .option("--yes", "release to production without asking")
    .addOption(new Option("--until <step>", "stop after this step").choices(lifecycleSteps))
    .option("--keep-serving", "go on serving production until Ctrl-C")
    .addOption(portOption())
    .addOption(jsonOption())
    .action(async (flags: LifecycleFlags) => {
      const { session, loaded } = await openCommand(scope, flags, {
        changes: "lifecycle",
        attached: true,
        port: flags.port,
      });
      const run = await runLifecycle(session, loaded, { yes: flags.yes ?? false, until: flags.until });
      session.output.result(run, `\n${run.explanation}`);
      if (refusals.includes(run.outcome)) process.exitCode = 1;
      if (flags.keepServing) await serveUntilStopped(session, loaded.definition, scope);
    });

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
      const command = await openCommand(scope, flags);
      const { printDataCheck } = require("./print-data-check") as typeof import("./print-data-check");
      await printDataCheck(command);
    });

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

  program
    .command("evaluate")
    .description(
      "compare a run's candidate with the champion in production; exit 1 when the champion is kept",
    )
    .addOption(modelOption())
    .addOption(runOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const command = await openCommand(scope, flags, { changes: "evaluation" });
      const context = await openRun(command, flags.run, { name: "run", remedy: "Run `mlops train` first." });
      const run = await runAsCommand(context, [evaluateStep]);
      if (run.outcome === "kept") process.exitCode = 1;
    });

  program
    .command("register")
    .description("register a run's candidate as the next version, if the gate let it pass")
    .addOption(modelOption())
    .addOption(runOption())
    .addOption(jsonOption())
    .action(async (flags: ModelFlags) => {
      const command = await openCommand(scope, flags, { changes: "registration" });
      const context = await openRun(command, flags.run, { name: "run", remedy: "Run `mlops train` first." });
      const run = await runAsCommand(context, [registerStep]);
      if (run.outcome === "kept") process.exitCode = 1;
    });

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

  program
    .command("init")
    .argument("<name>", "name of the new model")
    .requiredOption("--from <file>", "CSV file with a header line")
    .option("--target <column>", "column to predict (default: the last)")
    .description("make models/<name>/ from a CSV file of your own")
    .action(async (name: string, flags: { from: string; target?: string }) => {
      const { initModel } = require("../init") as typeof import("../init");
      const file = await initModel({
        name,
        ...flags,
        models: process.env.MLOPS_MODELS ?? modelsDirectory,
      });
      process.stdout.write(
        `Wrote ${path.relative(process.cwd(), file)}. Check its ranges and values, then: npm start -- --model ${name}\n`,
      );
    });
}
