import path from "node:path";
import { readEnvironments, type Environments } from "../../platform/release/environments";
import { placeOf } from "../../platform/release/place";
import type { PlatformError } from "../../platform/base/errors";
import type { Lock } from "../../platform/base/lock";
import type { Entries } from "../../platform/model/run-entries";
import type { DataVersions } from "../../platform/data/versions/data-versions";
import { acquireLock } from "../../platform/base/lock";
import type { Registry } from "../../platform/registry/registry";
import { openRegistry } from "../../platform/registry/open-registry";
import type { Settings } from "../../platform/settings/settings";
import { readSettings } from "../../platform/settings/settings";
import type { Storage } from "../../platform/storage/storage";
import { openStorage } from "../../platform/storage/open-storage";
import type { Workspace } from "../../platform/settings/workspace";
import { openWorkspace, requireWritable } from "../../platform/settings/workspace";
import { LateRegistry } from "../../deploy/azure/stack-settings";
import { LaptopDeployer } from "../../deploy/laptop/laptop-deployer";
import { restorePackage } from "../../deploy/package/restore-package";
import { holdsKeys } from "../../platform/signing/trusted-keys";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { AuditTrail } from "../../platform/audit/audit-trail";
import { auditedRegistry } from "../../platform/audit/audited-registry";
import { findSettingOfPlace, openAudit } from "./open-audit";
import { openKeptData } from "./open-kept-data";
import type { Signing } from "../../deploy/azure/signed-image";
import { openSigning } from "./open-signing";
import { packagingOf } from "./packaging";
import { sweepLeftOvers } from "../runs/left-overs";
import type { Output } from "../terminal/output";
import { openOutput } from "../terminal/output";
import { logRun } from "../runs/log-run";
import { Runs, type RunRecord } from "../runs/runs";

/** Web apps in Azure: the dashboard, which looks at everything, and the page of a model, which only asks it. */
export type WebAppKind = "dashboard" | "page";

/** What every command works with: settings, the local adapters of the ports, and where it says what it does. */
export interface Session {
  readonly settings: Settings<"cli">;
  readonly environments: Environments;
  readonly workspace: Workspace;
  readonly registry: Registry;
  /** What versions and images are signed with, and whose signatures are trusted. */
  readonly signing: Signing;
  /** Where that is: "local", or an MLflow tracking URI. */
  readonly locateRegistry: () => Promise<string>;
  readonly runs: Runs;
  readonly deployer: LaptopDeployer;
  /** What models were trained on; undefined when none of it is kept. */
  readonly dataVersions: DataVersions | undefined;
  /** The prediction log's files. */
  readonly predictions: Storage;
  readonly output: Output;
  /** Who did what, when, why and from where. */
  readonly audit: AuditTrail;
  /** Writes to the run on the server that keeps the versions, where one does. */
  readonly logRun: (run: Pick<RunRecord, "id" | "model">, entries: Entries) => Promise<void>;
  /** What web app in Azure this is, which knows environments by what releases have recorded; undefined on a machine. */
  readonly hosted: WebAppKind | undefined;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
}

interface SessionOptions {
  readonly json: boolean;
  readonly signal: AbortSignal;
  /** Environments that the command starts end with it; otherwise they go on until `mlops stop`. */
  readonly attached: boolean;
  /** Where environments, versions and the audit trail are, as the command was told; else as the settings say. */
  readonly target?: Settings<"cli">["target"] | undefined;
  /** What web app in Azure this is, if it is one. */
  readonly hosted?: WebAppKind | undefined;
  /** Port of the gateway of an environment, by name; any free one when absent. */
  readonly ports?: Readonly<Record<string, number>>;
}

/** The registry's address: the setting or, with MLOPS_TARGET=azure and none, that of the workspace that trains. */
async function registryAddress({ registry, target }: Settings<"cli">, signal: AbortSignal): Promise<string> {
  if (process.env.MLOPS_REGISTRY !== undefined) return registry;
  return (await findSettingOfPlace(placeOf(target), "MLOPS_REGISTRY", signal)) ?? registry;
}

export async function openSession(options: SessionOptions): Promise<Session> {
  const own = readSettings("cli", process.env);
  const settings = { ...own, target: options.target ?? own.target };
  const workspace = await openWorkspace(settings.home);
  const output = await openOutput(options.json);
  const report = ({ message }: PlatformError): void => {
    output.print(message);
  };
  const signing = openSigning(settings, options.signal);
  const openAt = (location: string): Registry =>
    openRegistry(location === "local" ? workspace.registry : location, {
      report,
      // A registry that is named by hand need not be that of a stack.
      signingKey: process.env.MLOPS_REGISTRY === undefined ? signing.signingKey : settings.signingKey,
    });
  let address: Promise<string> | undefined;
  const locate = (): Promise<string> => (address ??= registryAddress(settings, options.signal));
  const registry =
    placeOf(settings.target).environments === "processes"
      ? openAt(settings.registry)
      : new LateRegistry(async () => openAt(await locate()));
  const opening = { settings, workspace, signal: options.signal };
  const audit = openAudit({ ...opening, warn: (line) => output.print(line) });
  return {
    settings,
    environments: readEnvironments(),
    workspace,
    audit,
    registry: auditedRegistry(registry, audit),
    signing,
    locateRegistry: locate,
    runs: new Runs(workspace.runs, report),
    deployer: new LaptopDeployer({
      workspace,
      attached: options.attached,
      logLevel: settings.logLevel,
      ...(settings.trustedKeys !== undefined && {
        trustedKeys: holdsKeys(settings.trustedKeys)
          ? settings.trustedKeys
          : path.resolve(settings.trustedKeys),
      }),
      restore: async (release) => {
        const { name } = parseModelRef(release.model);
        await restorePackage(await packagingOf({ registry, workspace, settings }, name), release);
      },
      ...(options.ports && { ports: options.ports }),
    }),
    predictions: await openStorage(settings.predictionLog ?? workspace.predictions),
    dataVersions: await openKeptData({ ...opening, report: (message) => output.print(message) }),
    output,
    logRun: (run, entries) =>
      logRun({ locate, signal: options.signal, warn: (message) => output.print(message) }, run, entries),
    hosted: options.hosted,
    signal: options.signal,
  };
}

/** Only one command at a time changes a model's runs and deployments. */
export async function lockModel(
  { workspace }: Session,
  { model, dataFile }: { readonly model: string; readonly dataFile: string },
  what: string,
): Promise<Lock> {
  await requireWritable(workspace);
  const lock = await acquireLock(path.join(workspace.home, "locks", `${model}.lock`), `${what} of ${model}`);
  await sweepLeftOvers(workspace, { model, dataFile });
  return lock;
}
