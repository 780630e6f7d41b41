import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { EngineEvent, Stack } from "@pulumi/pulumi/automation";
import { parseDocument, type Document } from "yaml";
import { withTemporaryFolder } from "../../platform/base/files";
import { PlatformError, systemErrorCode } from "../../platform/base/errors";
import { resourceOf } from "../../platform/azure/resource-urn";
import type { ReleaseState } from "../../platform/release/release-state";
import {
  findStack,
  guarded,
  makeStack,
  openStack,
  outputsOf,
  type StackOptions,
  type StackOutputs,
} from "./pulumi-stack";
import type { PastUpdate } from "./release-history";
import { repeatedForRoles } from "./repeated-for-roles";

/** How many resources an update created, updated, deleted, left as they are. */
export type ResourceChanges = Readonly<Record<string, number>>;

/** How many past updates are searched for releases. */
const maxUpdates = 50;

const releaseKey = "mlops:release";

/** The project of what serves, in that of the environments: infra/serving/Pulumi.yaml. */
const servingFolder = (project: string): string => path.join(project, "infra", "serving");

/**
 * The stack of what serves in an environment, beside the environment's own, from which it takes all but the release. A
 * release updates this one alone; the first makes it.
 */
export class ReleaseStack {
  private constructor(
    readonly name: string,
    private readonly environment: Stack,
    private serving: Stack | undefined,
    private readonly options: StackOptions,
  ) {}

  static async open(name: string, options: StackOptions): Promise<ReleaseStack> {
    const { project } = options;
    const environment = await openStack(name, project, options);
    const serving = await findStack(name, servingFolder(project), options);
    return new ReleaseStack(name, environment, serving, options);
  }

  /** What the last update of the environment left. */
  environmentOutputs(): Promise<StackOutputs> {
    return outputsOf(this.environment, this.options);
  }

  /** What the last release left that succeeded; nothing before the first. */
  async outputs(): Promise<StackOutputs> {
    return this.serving ? outputsOf(this.serving, this.options) : {};
  }

  /** The latest updates of what serves, newest first. */
  async history(): Promise<readonly PastUpdate[]> {
    const { serving } = this;
    if (serving === undefined) return [];
    return guarded(this.name, this.options, () => serving.history(maxUpdates, 1, false));
  }

  /**
   * Updates what serves to a release. The release is in the configuration of this update only: the stack's file stays as it
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
    this.serving ??= await this.make(config);
    const { serving } = this;
    config.setIn(["config", releaseKey], JSON.stringify(release));
    return withTemporaryFolder("mlops-release-", async (folder) => {
      const configFile = path.join(folder, path.basename(this.configFile));
      await writeFile(configFile, config.toString(), { mode: 0o600 });
      return await this.up(serving, { configFile, message });
    });
  }

  /** Removes the locks of updates that were ended by force; `pulumi cancel` does nothing without any. */
  async unlock(): Promise<void> {
    const { serving } = this;
    if (serving !== undefined) await guarded(this.name, this.options, () => serving.cancel());
  }

  private async make(config: Document): Promise<Stack> {
    this.options.signal?.throwIfAborted();
    this.options.report?.(`Nothing has served in ${this.name} yet. The stack of what serves is made first.`);
    const provider: unknown = config.get("secretsprovider");
    return makeStack(this.name, servingFolder(this.options.project), {
      ...this.options,
      secretsProvider: typeof provider === "string" ? provider : undefined,
    });
  }

  private async up(
    serving: Stack,
    { configFile, message }: { readonly configFile: string; readonly message: string },
  ): Promise<ResourceChanges> {
    const { signal, report, project } = this.options;
    let faults: string[] = [];
    const onEvent = (event: EngineEvent): void => {
      const fault = faultOf(event);
      if (fault !== undefined) faults.push(fault);
      const line = progressOf(event);
      if (line !== undefined) report?.(line);
    };
    const policyPacks = [path.join(project, "infra", "policy")];
    const up = {
      message,
      configFile,
      policyPacks,
      color: "never",
      onEvent,
      ...(signal && { signal }),
    } as const;
    const attempt = async (): Promise<ResourceChanges> => {
      signal?.throwIfAborted();
      faults = [];
      const result = await guarded(this.name, this.options, () => serving.up(up), faults);
      return { ...result.summary.resourceChanges };
    };
    return repeatedForRoles(attempt, { faultsOf: () => faults, signal, report });
  }

  /** Both stacks of an environment have one file of settings. */
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
}

/** `azure-native:storage:StorageAccount storage`. */
function shownResource(urn: string): string {
  const { type, name } = resourceOf(urn);
  return `${type} ${name}`;
}

function faultOf({ diagnosticEvent, policyEvent }: EngineEvent): string | undefined {
  if (policyEvent?.enforcementLevel === "mandatory")
    return `${policyEvent.policyName}: ${policyEvent.message.trim()}`;
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
