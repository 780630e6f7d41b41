import { createServer } from "node:http";
import type { DeploymentStatus } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { typedCommand } from "../../platform/base/typed-commands";
import { placeOf } from "../../platform/release/place";
import { requireWritable } from "../../platform/settings/workspace";
import { patienceWithStacks, type CommandScope } from "./command-scope";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { requireRunOf } from "../runs/require-run-of";
import type { RunRecord } from "../runs/runs";
import { nextCommand, standingAfter } from "../runs/standing";
import type { Session, WebAppKind } from "../session/session";
import type { TargetName } from "../session/target";
import type { Target } from "../../platform/release/target";
import type { RunContext, Step } from "../steps/step";

// Loaded where a verb runs: help and usage errors come without them.
const sessions = () => require("../session/session") as typeof import("../session/session");
const runSteps = () => require("../steps/step") as typeof import("../steps/step");
const definitions = () =>
  require("../../platform/definition/definitions") as typeof import("../../platform/definition/definitions");
const listening = () =>
  require("../../platform/http/listening") as typeof import("../../platform/http/listening");

/** Flags that every command about a model has. */
export interface ModelFlags {
  readonly model: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly run?: string;
  /** Of commands that have the option. */
  readonly target?: TargetName;
}

export interface CommandOptions {
  /** What the command is doing, for the message to another one that has to wait; absent for one that changes nothing. */
  readonly changes?: string;
  /** What web app in Azure this is, if it is one. */
  readonly hosted?: WebAppKind | undefined;
  /** Environments that the command starts end with it. */
  readonly attached?: boolean;
  /** The port that was asked for, and the environment whose gateway gets it. */
  readonly port?: { readonly of: string; readonly number: number | undefined };
}

export interface OpenCommand {
  readonly session: Session;
  readonly loaded: LoadedDefinition;
  /** Lets other commands change the model before this one ends. */
  readonly unlock: () => Promise<void>;
}

/** Opens what a command about a model works with; the scope closes it again. */
export async function openCommand(
  scope: CommandScope,
  flags: ModelFlags,
  { changes, hosted, attached = false, port }: CommandOptions = {},
): Promise<OpenCommand> {
  const session = await sessions().openSession({
    json: flags.json ?? false,
    signal: scope.signal,
    attached,
    hosted,
    target: flags.target,
    ...(port?.number !== undefined && { ports: { [port.of]: port.number } }),
  });
  if (changes !== undefined && placeOf(session.settings.target).environments === "stacks")
    scope.waitFor(patienceWithStacks);
  const loaded = await definitions().loadDefinition(flags.model, flags.data, session.settings.models);
  const { dataFile } = loaded;
  const locked = { model: flags.model, dataFile };
  const lock = changes === undefined ? undefined : await sessions().lockModel(session, locked, changes);
  const unlock = async (): Promise<void> => lock?.release();
  scope.defer(unlock);
  if (port?.number !== undefined) {
    await requirePort(await session.deployer.status(port.of, flags.model), port.number);
  }
  if (attached) {
    await requireWritable(session.workspace);
    await stopAtTheEnd(scope, session, flags.model);
  }
  return { session, loaded, unlock };
}

/** Fails at once, instead of in the middle of a release, when a gateway cannot have the port. */
async function requirePort({ environment, model, url }: DeploymentStatus, port: number): Promise<void> {
  if (url === undefined) {
    const probe = createServer();
    await listening().listen(probe, { host: "127.0.0.1", port });
    await listening().closeGracefully(probe);
  } else if (new URL(url).port !== String(port)) {
    throw new PlatformError(
      "CONFLICT",
      `${model} serves in ${environment} at ${url} already, not on port ${port}. Leave --port out, or run \`mlops stop\` first.`,
    );
  }
}

/** Environments that were not serving before the command do not serve after it. */
async function stopAtTheEnd(
  scope: CommandScope,
  { deployer, environments }: Session,
  model: string,
): Promise<void> {
  for (const environment of environments.names) {
    const { url } = await deployer.status(environment, model);
    if (url === undefined) scope.defer(() => deployer.stop(environment, model));
  }
}

/** Opens a run: the one named by --run, or the newest that `matches`. */
export async function openRun(
  { session, loaded }: OpenCommand,
  id: string | undefined,
  what: { name: string; remedy: string; matches?: (run: RunRecord) => boolean },
  target?: Target,
): Promise<RunContext> {
  const { name } = loaded.definition;
  const run =
    id === undefined
      ? await session.runs.newest(name, what.name, what.remedy, what.matches)
      : await session.runs.get(id);
  requireRunOf(run, name);
  return runSteps().openRunContext(session, loaded, run, { ...(target && { target }) });
}

/** The line that says how to go on; none where a run has come to its end. */
export function describeNext(run: RunRecord, { environments }: Session): string {
  const next = nextCommand(run, environments);
  return next === undefined ? "" : `\nNext: ${typedCommand(`mlops ${next}`)}`;
}

/** Runs steps of one run as a command of its own, and answers with the run's record. */
export async function runAsCommand(context: RunContext, steps: readonly Step[]): Promise<RunRecord> {
  const { session, run } = context;
  try {
    for (const step of steps) {
      const { ends } = await runSteps().runStep(context, step);
      if (ends) break;
      // What is in production stays there when it is tested.
      if (run.outcome !== "released") Object.assign(run, standingAfter(run, step.name));
    }
  } finally {
    run.finishedAt = new Date().toISOString();
    await session.runs.save(run);
    await context.close();
  }
  session.output.result(run, `${run.explanation}${describeNext(run, session)}`);
  return run;
}
