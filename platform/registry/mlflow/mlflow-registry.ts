import { randomUUID } from "node:crypto";
import { PlatformError, explainStorageError } from "../../base/errors";
import type { ModelRef } from "../../definition/model-ref";
import { formatModelRef } from "../../definition/model-ref";
import { MlflowAliases } from "./mlflow-aliases";
import type { MlflowConnection } from "./mlflow-client";
import { MlflowClient } from "./mlflow-client";
import { readEntries } from "../../model/run-entries";
import { logEntries } from "./log-entries";
import { downloadModel, uploadModel } from "./mlflow-model-files";
import type { MlflowRun } from "./mlflow-runs";
import { endRun, findRun, getRun, startRun } from "./mlflow-runs";
import { MlflowTracking } from "./mlflow-tracking";
import { MlflowVersionCalls } from "./mlflow-version-calls";
import type { StoredVersion } from "./mlflow-versions";
import { assertUsable, digestTag, findFault, isOurs, requestTag, toModelVersion } from "./mlflow-versions";
import { assertModelDirectory, makeFolder, missingVersion } from "../local/model-folder";
import { assertAlias, assertModelName, assertTags } from "../names";
import type { ModelVersion, Registry } from "../registry";

export interface MlflowRegistryOptions extends MlflowConnection {
  /** Run that versions belong to, as MLFLOW_RUN_ID has it in a job; without one, each registration is a run of its own. */
  readonly runId?: string;
  /** Is told of each version that is left out of an answer because it is corrupt. */
  readonly report: (error: PlatformError) => void;
}

/** How long a server may take to make a new version ready, and how often it is asked. */
const readiness = { looks: 120, pauseMs: 1000 };

/**
 * Model versions in an MLflow server, or an Azure Machine Learning workspace, by calls that both have, but for aliases.
 * Files are uploaded first; then one call makes the version, whole. Versions that other programs registered are left out.
 */
class MlflowRegistry implements Registry {
  private readonly client: MlflowClient;
  private readonly calls: MlflowVersionCalls;
  private readonly aliases: MlflowAliases;

  constructor(private readonly options: MlflowRegistryOptions) {
    this.client = new MlflowClient(options);
    this.calls = new MlflowVersionCalls(this.client);
    this.aliases = new MlflowAliases(this.client, this.calls);
  }

  async register(
    name: string,
    modelDirectory: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<ModelVersion> {
    assertModelName(name);
    assertTags(tags);
    await assertModelDirectory(modelDirectory);
    await this.calls.makeModel(name);
    const request = randomUUID();
    return this.inRun({ model: name, request, run: tags.run }, async ({ runId, artifactUri }) => {
      const place = `${artifactUri}/mlops/${request}`;
      const { source, digest } = await uploadModel(this.client, modelDirectory, place);
      // A job has logged them to its run by itself.
      if (this.options.runId === undefined) await this.logModel(runId, modelDirectory);
      const all = { ...tags, [digestTag]: digest, [requestTag]: request };
      const made = await this.calls.makeVersion({ name, source, runId, tags: all });
      const stored = await this.calls.untilReady(made, readiness);
      assertUsable(stored);
      return toModelVersion(stored, []);
    });
  }

  async get(ref: ModelRef): Promise<ModelVersion> {
    return this.describe(await this.usable(ref));
  }

  async list(name?: string): Promise<ModelVersion[]> {
    if (name !== undefined) assertModelName(name);
    const names = name !== undefined ? [name] : await this.calls.modelNames();
    const versions: ModelVersion[] = [];
    for (const each of names) {
      const all = await this.calls.versionsOf(each);
      const aliasesOf = await this.aliases.reader(each, all);
      for (const stored of all.filter(isOurs)) {
        const fault = findFault(stored);
        if (fault === undefined) versions.push(toModelVersion(stored, aliasesOf(stored)));
        else this.options.report(fault);
      }
    }
    return versions;
  }

  async findAlias(name: string, alias: string): Promise<ModelVersion | undefined> {
    assertModelName(name);
    assertAlias(alias);
    const all = await this.calls.versionsOf(name);
    const aliasesOf = await this.aliases.reader(name, all);
    const holder = all.find((version) => aliasesOf(version).includes(alias));
    if (holder === undefined) return undefined;
    assertUsable(holder);
    return toModelVersion(holder, aliasesOf(holder));
  }

  async setAlias(ref: ModelRef, alias: string): Promise<void> {
    assertAlias(alias);
    await this.usable(ref);
    await this.aliases.set(ref, alias);
  }

  async setTag(ref: ModelRef, key: string, value: string): Promise<void> {
    assertTags({ [key]: value });
    await this.stored(ref);
    await this.calls.setTag(ref, key, value);
  }

  async download(ref: ModelRef, destination: string): Promise<void> {
    const stored = await this.usable(ref);
    const { digest } = await this.describe(stored);
    const uploaded = { name: formatModelRef(ref), source: stored.source, digest };
    try {
      await makeFolder(destination, (temporary) => downloadModel(this.client, uploaded, temporary));
    } catch (error) {
      throw explainStorageError(error, destination);
    }
  }

  private async stored(ref: ModelRef): Promise<StoredVersion> {
    assertModelName(ref.name);
    const found = await this.calls.findVersion(ref);
    if (found !== undefined) return found;
    const ours = (await this.calls.versionsOf(ref.name)).filter(isOurs);
    throw missingVersion(
      ref,
      ours.map(({ version }) => version),
    );
  }

  private async usable(ref: ModelRef): Promise<StoredVersion> {
    const stored = await this.stored(ref);
    assertUsable(stored);
    return stored;
  }

  private async describe(stored: StoredVersion): Promise<ModelVersion> {
    return toModelVersion(stored, await this.aliases.of(stored));
  }

  /** Writes a model's parameters and metrics to a run, where people look for them beside the version. */
  private async logModel(runId: string, modelDirectory: string): Promise<void> {
    const entries = await readEntries(modelDirectory);
    if (entries === undefined) return;
    await logEntries(new MlflowTracking(this.client, runId), entries, (message) =>
      this.options.report(new PlatformError("MLFLOW_FAILED", message)),
    );
  }

  /** Work in the job's run, in the one that training has logged to, or in a new one, which ends with it. */
  private async inRun<T>(
    { model, request, run }: { model: string; request: string; run: string | undefined },
    work: (run: MlflowRun) => Promise<T>,
  ): Promise<T> {
    if (this.options.runId !== undefined) return work(await getRun(this.client, this.options.runId));
    const logged = run === undefined ? undefined : await findRun(this.client, { model, run });
    if (logged !== undefined) return work(logged);
    const name = `register ${model}`;
    // No dot in this key: not every server takes one in a filter.
    const tag = "mlops_request";
    const made = await startRun(this.client, { model, name, tag, value: request, now: Date.now() });
    try {
      const done = await work(made);
      await endRun(this.client, made.runId, "FINISHED");
      return done;
    } catch (error) {
      await endRun(this.client, made.runId, "FAILED");
      throw error;
    }
  }
}

/** Opens the registry of the server at a tracking URI. */
export function openMlflowRegistry(options: MlflowRegistryOptions): Registry {
  return new MlflowRegistry(options);
}
