import { InvalidArgumentError, Option } from "commander";
import { findFaultOfWords } from "../../platform/audit/words";
import { defaultModel } from "../../platform/release/default-model";
import { readEnvironments } from "../../platform/release/environments";
import { PlatformError } from "../../platform/base/errors";
import { placeOf } from "../../platform/release/place";
import { targets, type TargetName } from "../session/target";

/** A whole number within bounds, both inclusive, for an option. */
export function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${min} to ${max}.`);
  };
}

/** What somebody says in words, for an option. */
function words(text: string): string {
  const fault = findFaultOfWords(text);
  if (fault !== undefined) throw new InvalidArgumentError(fault);
  return text.trim();
}

/** The model that a command is about: where none is named, that of the stack that trains. */
export const modelOption = (): Option =>
  new Option("--model <name>", "model, a folder of models/").default(defaultModel());
export const dataOption = (): Option =>
  new Option("--data <file>", "CSV or Parquet file instead of the definition's own");
export const acceptPopulationOption = (): Option =>
  new Option(
    "--accept-population <columns>",
    'columns, separated by commas, that may be of another population than in the champion\'s rows; "all" is every one',
  );
export const acceptBreakingOption = (): Option =>
  new Option(
    "--accept-breaking <columns>",
    'columns, separated by commas, whose change may refuse requests that the champion answers; "all" is every one',
  );
export const keepWorkOption = (): Option =>
  new Option("--keep-work", "keep what a trainer's program was given and left, in the run's folder work/");
export const jsonOption = (): Option =>
  new Option("--json", "answer with one JSON document on standard output");
export const runOption = (): Option =>
  new Option("--run <id>", "run to work on (default: the newest that fits)");
export const portOption = (gateway = "production's"): Option =>
  new Option("--port <number>", `port of ${gateway} gateway (default: any free one)`).argParser(
    wholeNumber(1, 65_535),
  );
/** One of the environments; without it the one that is for this, if any is. */
export function environmentOption(
  fallback: "training" | "production" | undefined,
  description = "where",
): Option {
  const environments = readEnvironments();
  return new Option("--environment <name>", description)
    .choices(environments.names)
    .default(fallback && environments[fallback]);
}
/** One of the environments in which a release is tested. */
export function testEnvironmentOption(): Option {
  const { testing, training } = readEnvironments();
  return new Option("--environment <name>", "where").choices(testing).default(training);
}
export const targetOption = (): Option =>
  new Option("--target <name>", "where environments are: on this machine, or stacks in Azure")
    .choices(targets)
    .default(targets[0])
    .env("MLOPS_TARGET");
export const releaseOption = (): Option =>
  new Option("--release <file>", "release to work on, as `mlops package --output` has written it");
export const approvedByOption = (): Option =>
  new Option("--approved-by <who>", "production: who has approved the release, to be recorded").argParser(
    words,
  );
export const approvalOfRunOption = (): Option =>
  new Option(
    "--approval-of-run",
    "in Azure Pipelines: record whoever approved this run, by name where Azure DevOps gives it",
  ).conflicts("approvedBy");

export const reasonOption = (): Option =>
  new Option("--reason <text>", "why, for the audit trail").argParser(words);

export const olderOption = (): Option =>
  new Option("--older", "production: take the place of a newer version; needs --reason");

/** Throws USAGE where an older version is to be released, and nobody says why. */
export function requireReasonForOlder({
  older = false,
  reason,
}: {
  readonly older?: boolean;
  readonly reason?: string;
}): void {
  if (!older || reason !== undefined) return;
  throw new PlatformError(
    "USAGE",
    "--older releases a version that is older than the one in production. Expected --reason beside it, for the audit trail. Say why.",
  );
}

/** Options that mean something at one target only. */
const targetOptions = [
  {
    option: "port",
    environments: "processes",
    message: "--port is for gateways on this machine. Leave it out with --target azure.",
  },
  {
    option: "image",
    environments: "stacks",
    message: "--image is for environments in Azure. Add --target azure, or leave it out.",
  },
] as const;

/** Throws USAGE for an option that means nothing at the target. */
export function requireTargetOptions(flags: {
  readonly target: TargetName;
  readonly port?: number;
  readonly image?: string;
}): void {
  const foreign = targetOptions.find(
    ({ option, environments }) =>
      flags[option] !== undefined && environments !== placeOf(flags.target).environments,
  );
  if (foreign !== undefined) throw new PlatformError("USAGE", foreign.message);
}
