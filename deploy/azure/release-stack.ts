import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { parseDocument, type Document } from "yaml";
import { withTemporaryFolder } from "../../platform/base/files";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { resourceOf } from "../../platform/azure/resource-urn";
import type { ReleaseState } from "../../platform/release/release-state";
import type { PastUpdate } from "./release-history";
import { explainStackError } from "./stack-error";

export interface StackOptions {
  /** Folder of the Pulumi project. */
  readonly project: string;
  /** Environment variables beside the process's own. */
  readonly env?: Readonly<Record<string, string>>;
  /** Called with a line of progress for each resource that changes. */
  readonly report?: (line: string) => void;
  readonly signal?: AbortSignal;
}

/** How many resources an update created, updated, deleted, left as they are. */
export type ResourceChanges = Readonly<Record<string, number>>;

/** How many past updates are searched for releases. */
const maxUpdates = 50;

async function loadAutomation(): Promise<typeof import("@pulumi/pulumi/automation")> {
  try {
    // Loaded on use: it is large, only deployments in Azure need it, and images are installed without it.
    return await import("@pulumi/pulumi/automation/index.js");
  } catch (error) {
    const code = systemErrorCode(error);
    if (code !== "MODULE_NOT_FOUND" && code !== "ERR_MODULE_NOT_FOUND") throw error;
    throw new PlatformError(
      "NOT_FOUND",
      "The package @pulumi/pulumi is not installed. Deployments in Azure need it. Run `npm ci` with its development dependencies.",
      { cause: error },
    );
  }
}

/** A stack of the infrastructure program, as far as a release needs it. */
export class ReleaseStack {
  private constructor(
    readonly name: string,
    private readonly stack: Stack,
    private readonly options: StackOptions,
  ) {}

  static async open(name: string, options: StackOptions): Promise<ReleaseStack> {
    const { LocalWorkspace } = await loadAutomation();
    const { project: workDir, env } = options;
    const stack = await guarded(name, options, () =>
      LocalWorkspace.selectStack({ stackName: name, workDir }, env && { envVars: { ...env } }),
    );
    return new ReleaseStack(name, stack, options);
  }

  /** What the last update that succeeded left. */
  async outputs(): Promise<Record<string, unknown>> {
    const outputs = await this.guard(() => this.stack.outputs());
    return Object.fromEntries(Object.entries(outputs).map(([key, { value }]) => [key, value as unknown]));
  }

  /** The latest updates, newest first. */
  history(): Promise<readonly PastUpdate[]> {
    return this.guard(() => this.stack.history(maxUpdates, 1, false));
  }

  /** A plain value of the stack's configuration. */
  async setting(key: string): Promise<string | undefined> {
    const value: unknown = (await this.readConfig()).getIn(["config", key]);
    return typeof value === "string" ? value : undefined;
  }

  /**
   * Updates the stack to a release. The release is in the configuration of this update only: the stack's file stays as it
   * is, whatever happens meanwhile, and later updates take the release from the stack's outputs.
   */
  async update(release: ReleaseState, message: string): Promise<ResourceChanges> {
    const config = await this.readConfig();
    if (config.hasIn(["config", releaseKey])) {
      throw new PlatformError(
        "CONFLICT",
        `${releaseKey} is set in ${path.basename(this.configFile)}, so every later update would go back to that release. Releases are recorded in the stack's outputs. Run \`pulumi config rm --stack ${this.name} ${releaseKey}\`.`,
      );
    }
    config.setIn(["config", releaseKey], JSON.stringify(release));
    return withTemporaryFolder("mlops-release-", async (folder) => {
      const configFile = path.join(folder, path.basename(this.configFile));
      await writeFile(configFile, config.toString(), { mode: 0o600 });
      return await this.up(configFile, message);
    });
  }

  private async up(configFile: string, message: string): Promise<ResourceChanges> {
    const faults: string[] = [];
    const { signal, report } = this.options;
    signal?.throwIfAborted();
    const onEvent = (event: EngineEvent): void => {
      const fault = faultOf(event);
      if (fault !== undefined) faults.push(fault);
      const line = progressOf(event);
      if (line !== undefined) report?.(line);
    };
    const result = await this.guard(
      () => this.stack.up({ message, configFile, color: "never", onEvent, ...(signal && { signal }) }),
      faults,
    );
    return { ...result.summary.resourceChanges };
  }

  private get configFile(): string {
    return path.join(this.options.project, `Pulumi.${this.name}.yaml`);
  }

  private async readConfig(): Promise<Document> {
    try {
      return parseDocument(await readFile(this.configFile, "utf8"));
    } catch (error) {
      if (systemErrorCode(error) === "ENOENT") return parseDocument("config: {}\n");
      throw error;
    }
  }

  private guard<T>(call: () => Promise<T>, faults?: readonly string[]): Promise<T> {
    return guarded(this.name, this.options, call, faults);
  }
}

const releaseKey = "mlops:release";

async function guarded<T>(
  stack: string,
  { signal }: StackOptions,
  call: () => Promise<T>,
  faults: readonly string[] = [],
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw explainStackError(error, { stack, faults, interrupted: signal?.aborted ?? false });
  }
}

/** `azure-native:storage:StorageAccount storage`. */
function shownResource(urn: string): string {
  const { type, name } = resourceOf(urn);
  return `${type} ${name}`;
}

function faultOf({ diagnosticEvent }: EngineEvent): string | undefined {
  if (diagnosticEvent?.severity !== "error") return undefined;
  const { urn, message } = diagnosticEvent;
  // These say only that the update failed, not why.
  if (/^(update failed|resource monitor shut down|preview failed)/.test(message)) return undefined;
  return urn === undefined || urn.includes("::pulumi:pulumi:Stack::")
    ? message.trim()
    : `${shownResource(urn)}: ${message.trim()}`;
}

const quietOperations = ["same", "read", "refresh"];

function progressOf({ resOutputsEvent }: EngineEvent): string | undefined {
  const step = resOutputsEvent?.metadata;
  if (step === undefined || quietOperations.includes(step.op)) return undefined;
  return `${step.op} ${shownResource(step.urn)}`;
}
