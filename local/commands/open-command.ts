import type { CommandScope } from "../command-scope";
import type { LoadedDefinition } from "../definitions";
import { loadDefinition } from "../definitions";
import type { RunRecord } from "../runs";
import type { Session } from "../session";
import { lockModel, openSession } from "../session";
import type { RunContext, Step } from "../steps/step";
import { openRunContext, runStep } from "../steps/step";

/** Flags that every command about a model has. */
export interface ModelFlags {
  readonly model: string;
  readonly data?: string;
  readonly json?: boolean;
  readonly run?: string;
}

export interface CommandOptions {
  /** What the command does, told to another that finds it at work; absent for one that changes nothing. */
  readonly changes?: string;
  /** Environments that the command starts end with it. */
  readonly attached?: boolean;
  readonly port?: number | undefined;
}

export interface OpenCommand {
  readonly session: Session;
  readonly loaded: LoadedDefinition;
}

/** Opens what a command about a model works with; the scope closes it again. */
export async function openCommand(
  scope: CommandScope,
  flags: ModelFlags,
  { changes, attached = false, port }: CommandOptions = {},
): Promise<OpenCommand> {
  const session = await openSession({
    json: flags.json ?? false,
    signal: scope.signal,
    attached,
    ...(port !== undefined && { port }),
  });
  const loaded = await loadDefinition(flags.model, flags.data, session.settings.models);
  if (changes !== undefined) {
    const lock = await lockModel(session, flags.model, changes);
    scope.defer(() => lock.release());
  }
  if (attached) await stopAtTheEnd(scope, session, flags.model);
  return { session, loaded };
}

/** Environments that were not serving before the command do not serve after it. */
async function stopAtTheEnd(scope: CommandScope, { deployer }: Session, model: string): Promise<void> {
  for (const environment of ["qa", "prod"]) {
    const { url } = await deployer.status(environment, model);
    if (url === undefined) scope.defer(() => deployer.stop(environment, model));
  }
}

/** Opens a run: the one named by --run, or the newest that `matches`. */
export async function openRun(
  { session, loaded }: OpenCommand,
  id: string | undefined,
  what: { name: string; remedy: string; matches?: (run: RunRecord) => boolean },
): Promise<RunContext> {
  const { name } = loaded.definition;
  const run =
    id === undefined
      ? await session.runs.newest(name, what.name, what.remedy, what.matches)
      : await session.runs.get(id);
  return openRunContext(session, loaded, run);
}

/** Runs steps of one run as a command of its own, and answers with the run's record. */
export async function runAsCommand(context: RunContext, steps: readonly Step[]): Promise<RunRecord> {
  try {
    for (const step of steps) {
      const { ends } = await runStep(context, step);
      if (ends) break;
    }
  } finally {
    await context.close();
  }
  context.session.output.result(context.run);
  return context.run;
}
