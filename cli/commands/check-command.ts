import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Command } from "commander";
import { junitReport, type TestCase } from "../../platform/base/junit-report";
import type { DataReport } from "../../platform/data/findings";
import { findNoData } from "../data/data-here";
import { dataTests, skippedTest } from "../data/data-tests";
import { describeFindings } from "../steps/describe-findings";
import { openOutput, type Output } from "../terminal/output";
import type { CommandScope } from "./command-scope";
import { withCheckedData } from "../steps/checked-data";
import { openCommand, type ModelFlags } from "./open-command";
import { dataOption, jsonOption, modelOption } from "./options";

// Loaded where a verb runs: help and usage errors come without them.
const definitions = () =>
  require("../../platform/definition/definitions") as typeof import("../../platform/definition/definitions");
const settings = () =>
  require("../../platform/settings/settings") as typeof import("../../platform/settings/settings");

interface CheckFlags extends ModelFlags {
  readonly all?: boolean;
  readonly report?: string;
}

/** What was found of the models, and as tests. */
interface Checked {
  readonly reports: readonly DataReport[];
  readonly tests: readonly TestCase[];
}

/** Checks the models one after the other. Among all of them, one whose data is not here is left out, and that is said. */
async function checkModels(
  scope: CommandScope,
  flags: CheckFlags,
  { names, output }: { readonly names: readonly string[]; readonly output: Output },
): Promise<Checked> {
  const reports: DataReport[] = [];
  const tests: TestCase[] = [];
  for (const model of names) {
    const began = performance.now();
    const command = await openCommand(scope, { ...flags, model });
    const noData = flags.all ? await findNoData(command.loaded) : undefined;
    if (noData !== undefined) {
      output.print(`${noData}: not checked.`);
      tests.push(skippedTest(model, noData));
      continue;
    }
    const report = await withCheckedData(command, (found) => Promise.resolve(found));
    reports.push(report);
    tests.push(...dataTests(model, report, performance.now() - began));
  }
  return { reports, tests };
}

async function writeReport(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(path.resolve(file)), { recursive: true });
  await writeFile(file, text);
}

/** `mlops data check`. */
export function addDataCheck(data: Command, scope: CommandScope): void {
  data
    .command("check")
    .description(
      "check the data against the definition and the champion's reference sample; exit 1 on an error",
    )
    .addOption(modelOption())
    .addOption(dataOption())
    .option("--all", "every model of models/ whose data is here, instead of one")
    .option("--report <file>", "write what was found in JUnit's form, too, for a CI system")
    .addOption(jsonOption())
    .action(async (flags: CheckFlags) => {
      const { models } = settings().readSettings("cli", process.env);
      const names = flags.all === undefined ? [flags.model] : await definitions().listDefinitions(models);
      const output = await openOutput(flags.json ?? false);
      const { reports, tests } = await checkModels(scope, flags, { names, output });
      if (flags.report !== undefined) await writeReport(flags.report, junitReport("data", tests));
      const text = reports.map(describeFindings).join("\n");
      output.result(flags.all === undefined ? reports[0] : reports, text);
      const faults = reports
        .flatMap(({ findings }) => findings)
        .filter(({ severity }) => severity === "error");
      if (faults.length > 0) process.exitCode = 1;
    });
}
