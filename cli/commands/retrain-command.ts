import { minuteMs } from "../../platform/base/durations";
import { buildIdOf } from "../../platform/base/build-id";
import { randomUUID } from "node:crypto";
import { InvalidArgumentError, Option, type Command } from "commander";
import { writeJson } from "../../platform/base/files";
import type { Act } from "../../platform/audit/audit-entry";
import { readEnvironments } from "../../platform/release/environments";
import { placeOf } from "../../platform/release/place";
import { PlatformError } from "../../platform/base/errors";
import { findNoData } from "../data/data-here";
import { acceptedByFlag, breakingAcceptedByFlag } from "../retraining/accepted-changes";
import { cancelledLines } from "../retraining/azure-pipelines-log";
import type { RetrainResult } from "../retraining/azure-retraining";
import type { CommandScope } from "./command-scope";
import {
  acceptBreakingOption,
  acceptPopulationOption,
  dataOption,
  jsonOption,
  keepWorkOption,
  modelOption,
  reasonOption,
  targetOption,
  wholeNumber,
} from "./options";
import { openOutput } from "../terminal/output";
import type { TargetFlags } from "./deploy-command";
import { describeNext, openCommand } from "./open-command";

// Loaded where a verb runs: help and usage errors come without them.
const sessions = () => require("../session/session") as typeof import("../session/session");
const lifecycles = () => require("../steps/lifecycle") as typeof import("../steps/lifecycle");
const azureRetraining = () =>
  require("../retraining/azure-retraining") as typeof import("../retraining/azure-retraining");
const azureClients = () =>
  require("../../platform/azure/azure-client") as typeof import("../../platform/azure/azure-client");
const stackOutputs = () =>
  require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");

interface RetrainFlags extends TargetFlags {
  readonly stack?: string;
  readonly request?: string;
  readonly reason?: string;
  readonly wait?: boolean;
  readonly timeout?: number;
  readonly output?: string;
  readonly acceptPopulation?: string;
  readonly acceptBreaking?: string;
  readonly keepWork?: boolean;
  readonly ifData?: boolean;
}

const defaultTimeoutMinutes = 360;

/** Options that say where in Azure. Those that say how long to wait hold anywhere: this machine always waits. */
const azureOnly = ["stack", "request"] as const;

function requestId(text: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._:-]{0,127}$/.test(text)) return text;
  throw new InvalidArgumentError(
    "Expected at most 128 letters, digits, dots, dashes, colons and underscores.",
  );
}

function requireAzure(flags: RetrainFlags): void {
  const given = azureOnly.filter((flag) => flags[flag] !== undefined);
  if (given.length === 0) return;
  const names = given.map((flag) => `--${flag}`).join(", ");
  throw new PlatformError(
    "USAGE",
    `${names} is for environments in Azure only. Expected --target azure with it. Add that, or leave it out.`,
  );
}

/** Options that accept something of a retraining, with the setting of a stack that does the same. */
const accepting = [
  { flag: "acceptPopulation", option: "--accept-population" },
  { flag: "acceptBreaking", option: "--accept-breaking" },
] as const;

/** A stack's job reads the stack's settings alone; whoever starts it cannot pass it more. */
function requireNoAcceptance(flags: RetrainFlags): void {
  const { stack: name = readEnvironments().training } = flags;
  for (const { flag, option } of accepting) {
    const columns = flags[flag];
    if (columns === undefined) continue;
    throw new PlatformError(
      "USAGE",
      `${option} is for a retraining on this machine. A stack's has a setting: run \`pulumi config set --stack ${name} mlops:${flag} ${columns}\` and \`npm run infra:up -- --stack ${name}\`, and leave the option out.`,
    );
  }
}

function requireNoData(flags: RetrainFlags): void {
  if (flags.ifData) {
    throw new PlatformError(
      "USAGE",
      "--if-data looks for data on this machine, and a stack trains on its own container. Leave --if-data out.",
    );
  }
  if (flags.data === undefined) return;
  throw new PlatformError(
    "USAGE",
    "--data is a file of this machine, and a stack trains on its own container. Expected data in the folder of the model there, with _SUCCESS written last. Leave --data out.",
  );
}

function describe({ job, status, outcome, version, link }: RetrainResult): string {
  const candidate =
    outcome === undefined ? "" : ` The candidate was ${outcome}${version ? ` as ${version}` : ""}.`;
  return status === "Started" ? job : `Job ${job} has ended: ${status}.${candidate} ${link}`;
}

interface Retrained {
  readonly model: string;
  readonly outcome: string;
  readonly explanation: string;
  readonly version?: string | undefined;
  /** The run on this machine. */
  readonly run?: string;
  /** The job in Azure. */
  readonly job?: string;
  readonly link?: string;
}

/** Leaves what came of a retraining where a pipeline finds it; that nothing was registered is no failure. */
async function conclude(
  retrained: Retrained,
  flags: RetrainFlags,
  print: (line: string) => void,
): Promise<void> {
  if (flags.output !== undefined) await writeJson(flags.output, retrained);
  if (retrained.version === undefined) cancelledLines(retrained.explanation, process.env).forEach(print);
}

/** What a training is asked for by: a job of a pipeline that is run again goes on with the one that it has started. */
export function requestOf(given: string | undefined, env: NodeJS.ProcessEnv): string {
  return given ?? buildIdOf(env) ?? randomUUID();
}

/** Refuses flags of a retraining on this machine, which no stack would follow. */
export function requireStackFlags(flags: RetrainFlags): void {
  requireNoData(flags);
  requireNoAcceptance(flags);
}

/** Starts the training pipeline of a stack, and follows it when that is asked for. Flags are those that `requireStackFlags` lets pass. */
export async function retrainStack(scope: CommandScope, flags: RetrainFlags, model?: string): Promise<void> {
  const { stack = readEnvironments().training, wait = false, timeout = defaultTimeoutMinutes } = flags;
  const request = requestOf(flags.request, process.env);
  const output = await openOutput(flags.json ?? false);
  const { signal } = scope;
  const { AzureClient } = azureClients();
  const result = await azureRetraining().retrainInAzure(new AzureClient({ signal }), {
    stack,
    outputs: await stackOutputs().readStackOutputs(stack, signal),
    model,
    request,
    waitMs: wait ? timeout * minuteMs : undefined,
    report: (line) => output.print(line),
  });
  output.result(result, describe(result));
  if (!wait) return;
  if (result.status !== "Completed") process.exitCode = 1;
  else {
    const { outcome = "unknown", explanation = "The job does not say why." } = result;
    await conclude({ ...result, outcome, explanation }, flags, (line) => output.command(line));
  }
}

async function retrainHere(scope: CommandScope, flags: RetrainFlags): Promise<void> {
  requireAzure(flags);
  const { session, loaded } = await openCommand(scope, flags, { changes: "retraining" });
  const { model: subject, reason: why } = flags;
  const noData = flags.ifData ? await findNoData(loaded) : undefined;
  if (noData !== undefined) {
    const skipped = { model: subject, outcome: "skipped", explanation: `${noData}: nothing was trained.` };
    if (flags.output !== undefined) await writeJson(flags.output, skipped);
    session.output.result(skipped, skipped.explanation);
    return;
  }
  const act: Act = { act: "retrain", subject, ...(why !== undefined && { why }), details: {} };
  const run = await session.audit.around(
    act,
    () =>
      lifecycles().retrain(session, loaded, {
        accepted: acceptedByFlag(flags.acceptPopulation, loaded.definition),
        acceptBreaking: breakingAcceptedByFlag(flags.acceptBreaking),
        keepWork: flags.keepWork,
      }),
    { outcome: ({ id, outcome }) => ({ run: id, outcome }) },
  );
  session.output.result(run, `\n${run.explanation}${describeNext(run, session)}`);
  const { id, model, version, explanation } = run;
  const outcome = version === undefined ? "cancelled" : "registered";
  await conclude({ model, run: id, outcome, version, explanation }, flags, (line) =>
    session.output.command(line),
  );
}

/** The same, in the audit trail. */
async function retrainThere(scope: CommandScope, flags: RetrainFlags, model?: string): Promise<void> {
  requireStackFlags(flags);
  const { json = false, target, reason: why, stack = readEnvironments().training } = flags;
  const session = await sessions().openSession({ json, signal: scope.signal, attached: false, target });
  const act: Act = {
    act: "retrain",
    subject: model ?? flags.model,
    ...(why !== undefined && { why }),
    details: { stack },
  };
  await session.audit.around(act, () => retrainStack(scope, flags, model));
}

/** `mlops retrain`. */
export function addRetrain(program: Command, scope: CommandScope): void {
  program
    .command("retrain")
    .description(
      "train on the data as it is now and register the candidate if it is better than the champion",
    )
    .addOption(modelOption())
    .addOption(dataOption())
    .addOption(targetOption())
    .addOption(acceptPopulationOption())
    .addOption(acceptBreakingOption())
    .addOption(keepWorkOption())
    .addOption(reasonOption())
    .option("--if-data", "here: train nothing where the model's data is not on this machine")
    .option(
      "--stack <name>",
      `in Azure: the stack whose pipeline is started (default: ${readEnvironments().training})`,
    )
    .option("--wait", "in Azure: follow the job to its end, as here; exit 1 unless it is completed")
    .option("--output <file>", "JSON file to write when it has ended: outcome, version, explanation")
    .option(
      "--timeout <minutes>",
      `with --wait in Azure: longest wait (default: ${defaultTimeoutMinutes})`,
      wholeNumber(1, 10_080),
    )
    .addOption(
      new Option(
        "--request <id>",
        "in Azure: the same id starts one job, and another only when that has failed (default: the build's, in a pipeline)",
      ).argParser(requestId),
    )
    .addOption(jsonOption())
    .action(async (flags: RetrainFlags, command: Command) => {
      const model = command.getOptionValueSource("model") === "cli" ? flags.model : undefined;
      const retrainings = { runs: retrainHere, jobs: retrainThere } as const;
      await retrainings[placeOf(flags.target).trainings](scope, flags, model);
    });
}
