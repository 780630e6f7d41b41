import path from "node:path";
import type { PlatformError } from "../platform/errors";
import type { Lock } from "../platform/lock";
import { acquireLock } from "../platform/lock";
import type { Registry } from "../platform/registry/registry";
import { openLocalRegistry } from "../platform/registry/local-registry";
import type { Settings } from "../platform/settings";
import { readSettings } from "../platform/settings";
import type { Storage } from "../platform/storage/storage";
import { openLocalStorage } from "../platform/storage/local-storage";
import type { Workspace } from "../platform/workspace";
import { openWorkspace } from "../platform/workspace";
import { LocalDeployer } from "./deployer";
import type { Output } from "./output";
import { openOutput } from "./output";
import { Runs } from "./runs";

/** What every command works with: settings, the local adapters of the ports, and where it says what it does. */
export interface Session {
  readonly settings: Settings<"cli">;
  readonly workspace: Workspace;
  readonly registry: Registry;
  readonly runs: Runs;
  readonly deployer: LocalDeployer;
  /** The prediction log's files. */
  readonly predictions: Storage;
  readonly output: Output;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

export interface SessionOptions {
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Environments that the command starts end with it; otherwise they go on until `mlops stop`. */
  readonly attached: boolean;
  /** Port of the gateway; any free one when absent. */
  readonly port?: number;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const settings = readSettings("cli", process.env);
  const workspace = await openWorkspace(settings.home);
  const output = await openOutput(options.json);
  const report = ({ message }: PlatformError): void => {
    output.print(message);
  };
  return {
    settings,
    workspace,
    registry: openLocalRegistry(workspace.registry, { report }),
    runs: new Runs(workspace.runs),
    deployer: new LocalDeployer({
      workspace,
      attached: options.attached,
      ...(options.port !== undefined && { port: options.port }),
    }),
    predictions: openLocalStorage(workspace.predictions),
    output,
    signal: options.signal,
  };
}

/** Only one command at a time changes a model's runs and deployments. */
export async function lockModel(session: Session, model: string, what: string): Promise<Lock> {
  return acquireLock(path.join(session.workspace.home, "locks", `${model}.lock`), `${what} of ${model}`);
}
