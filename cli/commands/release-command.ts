import type { Command } from "commander";
import { parseModelRef } from "../../platform/definition/model-ref";
import { readEnvironments } from "../../platform/release/environments";
import type { Target } from "../../platform/release/target";
import type { RunRecord } from "../runs/runs";
import { openTarget } from "../session/target";
import type { RunContext } from "../steps/step";
import type { CommandScope } from "./command-scope";
import type { TargetFlags } from "./deploy-command";
import { describeNext, openCommand, openRun, type OpenCommand } from "./open-command";
import {
  jsonOption,
  modelOption,
  olderOption,
  portOption,
  reasonOption,
  requireReasonForOlder,
  requireTargetOptions,
  targetOption,
} from "./options";
import { openVersion } from "./release-run";

// Loaded where a verb runs: help and usage errors come without them.
const lifecycles = () => require("../steps/lifecycle") as typeof import("../steps/lifecycle");
const releases = () => require("../steps/release-of-run") as typeof import("../steps/release-of-run");

/** The newest run that took a version through its tests or, if none did, one that says what it lacks. */
async function runToPromote(
  command: OpenCommand,
  version: string | undefined,
  target: Target,
): Promise<RunContext> {
  const { session, loaded } = command;
  if (version !== undefined) await session.registry.get(parseModelRef(version));
  const runs = await session.runs.list(loaded.definition.name);
  const tested = runs.find(
    ({ release, tests, version: own }) =>
      release !== undefined &&
      releases().findUntested(session.environments.testing, tests, release.digest) === undefined &&
      own === (version ?? own),
  );
  const what = {
    name: version === undefined ? "run with a version" : `run with ${version}`,
    remedy: "Run `mlops lifecycle` first.",
    matches: (run: RunRecord) => run.version !== undefined && run.version === (version ?? run.version),
  };
  return openRun(command, tested?.id, what, target);
}

/** Where a release serves, and how that ends. */
function describeServing(url: string | undefined, { hasClients }: Target): string {
  if (url === undefined) return "`mlops serve` serves it.";
  return hasClients ? `It serves at ${url}.` : `It serves at ${url}; \`mlops stop\` ends it.`;
}

/** Takes a run into production by `release`, unless it is there, and says where it serves. */
async function bring(
  context: RunContext,
  release: (context: RunContext) => Promise<RunRecord>,
): Promise<void> {
  const { session, run, definition, target } = context;
  const already = run.release !== undefined && (await releases().servesInProduction(context, run.release));
  const ended = already ? run : await release(context);
  const { url } = await target.deployer.status(session.environments.production, definition.name);
  const served = describeServing(url, target);
  const end = ended.outcome === "released" ? ` ${served}` : describeNext(ended, session);
  if (already) session.output.result(ended, `${run.release?.model} is in production already. ${served}`);
  else session.output.result(ended, `\n${ended.explanation}${end}`);
  if (!already && ended.outcome !== "released") process.exitCode = 1;
}

interface ReleaseVerb {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly changes: string;
  readonly find: (command: OpenCommand, version: string | undefined, target: Target) => Promise<RunContext>;
  readonly release: (context: RunContext) => Promise<RunRecord>;
}

const verbs: readonly ReleaseVerb[] = [
  {
    name: "release",
    version: "registered version, name:version (default: the newest run's)",
    description:
      "take a registered version to production: package, tests, approval, canary; what has passed is not done again",
    changes: "release",
    find: (command, version, target) => openVersion(command, { version }, target),
    release: (context) => lifecycles().releaseRun(context),
  },
  {
    name: "promote",
    version: "version that passed its tests, name:version (default: the newest that waits for approval)",
    description: "approve a version that passed its tests and release it to production through the canary",
    changes: "promotion",
    find: runToPromote,
    release: (context) => lifecycles().promoteRun(context),
  },
];

/** `mlops release` and `mlops promote`. */
export function addRelease(program: Command, scope: CommandScope): void {
  for (const verb of verbs) {
    program
      .command(verb.name)
      .argument("[version]", verb.version)
      .description(verb.description)
      .addOption(modelOption())
      .option("--yes", "approve without asking")
      .addOption(olderOption())
      .addOption(reasonOption())
      .addOption(portOption())
      .addOption(targetOption())
      .addOption(jsonOption())
      .action(
        async (
          version: string | undefined,
          flags: TargetFlags & { yes?: boolean; older?: boolean; port?: number; reason?: string },
        ) => {
          requireTargetOptions(flags);
          requireReasonForOlder(flags);
          const model = version === undefined ? flags.model : parseModelRef(version).name;
          const port = { of: readEnvironments().production, number: flags.port };
          const command = await openCommand(scope, { ...flags, model }, { changes: verb.changes, port });
          const target = openTarget(command.session, flags.target);
          const context = await verb.find(command, version, target);
          const { yes = false, older = false, reason } = flags;
          await bring({ ...context, yes, older, ...(reason !== undefined && { reason }) }, verb.release);
        },
      );
  }
}
