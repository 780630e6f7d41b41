import { z } from "zod";
import { PlatformError } from "../../base/errors";
import { RemoteError } from "../../http/remote-error";
import type { ModelRef } from "../../definition/model-ref";
import type { MlflowClient } from "./mlflow-client";
import { isMissing } from "./mlflow-failures";
import type { MlflowVersionCalls } from "./mlflow-version-calls";
import {
  aliasesInTags,
  aliasTag,
  carriesAlias,
  findHolder,
  nextStamp,
  type StoredVersion,
} from "./mlflow-versions";

/** Retries when two processes move an alias at once. */
const maxMoves = 10;
/** Pause before the first retry, in milliseconds; it grows with each. */
const crossedPauseMs = 20;

const modelAnswer = z.object({
  registered_model: z.object({
    aliases: z
      .array(z.object({ alias: z.string(), version: z.coerce.number() }))
      .default([])
      .transform((aliases) => new Map(aliases.map(({ alias, version }) => [alias, version]))),
  }),
});

/** Versions by the aliases that a server has for a model itself. */
type ServersAliases = ReadonlyMap<string, number>;

/** Whether a call failed because the server does not know calls of its kind: MLflow before 2.3, and services like it. */
function isUnknownCall(error: unknown): boolean {
  return error instanceof RemoteError && [404, 405, 501].includes(error.httpStatus ?? 0) && !isMissing(error);
}

/** Whether a call failed because another one did the same at that moment: MLflow passes on its database's error, and has changed nothing. */
function isCrossed(error: unknown): boolean {
  return error instanceof RemoteError && error.errorCode === "BAD_REQUEST";
}

/**
 * Aliases of versions: the server's own, so that `models:/diabetes@champion` finds what they name, or, where it has none
 * as in a workspace of Azure Machine Learning, tags. An alias that an earlier release has kept as a tag is read until it
 * is set again.
 */
export class MlflowAliases {
  /** Determined when the first alias is set. */
  private hasAliases: boolean;

  constructor(
    private readonly client: MlflowClient,
    private readonly calls: MlflowVersionCalls,
  ) {
    this.hasAliases = client.address.workspace === undefined;
  }

  /** What tells the aliases of each of a model's versions, all of which are given. */
  async reader(name: string, all: readonly StoredVersion[]): Promise<(version: StoredVersion) => string[]> {
    const own = await this.serversAliases(name);
    return (version) => {
      const named = [...own].filter(([, number]) => number === version.version).map(([alias]) => alias);
      const tagged = aliasesInTags(version, all).filter((alias) => !own.has(alias));
      return [...named, ...tagged].sort();
    };
  }

  /** The aliases of one version. */
  async of(version: StoredVersion): Promise<string[]> {
    // Only tags need the others: one of those may have been set later.
    const all = carriesAlias(version) ? await this.calls.versionsOf(version.name) : [version];
    return (await this.reader(version.name, all))(version);
  }

  /** Gives a version an alias, and takes it from the one that has it. */
  async set(ref: ModelRef, alias: string): Promise<void> {
    if (!(await this.setOnServer(ref, alias))) return this.setTags(ref, alias);
    // Tags of an earlier release would name a version again once the alias is deleted.
    const key = aliasTag(alias);
    for (const version of await this.calls.versionsOf(ref.name)) {
      if (version.tags.has(key)) await this.calls.deleteTag(version, key);
    }
  }

  private async serversAliases(name: string): Promise<ServersAliases> {
    if (!this.hasAliases) return new Map();
    try {
      const call = { method: "GET", path: "registered-models/get", answer: modelAnswer } as const;
      return (await this.client.call({ ...call, query: { name } })).registered_model.aliases;
    } catch (error) {
      if (isMissing(error)) return new Map();
      throw error;
    }
  }

  private async setOnServer({ name, version }: ModelRef, alias: string): Promise<boolean> {
    const body = { name, alias, version: String(version) };
    const call = { method: "POST", path: "registered-models/alias", body, answer: z.unknown() } as const;
    for (let move = 1; this.hasAliases; move += 1) {
      try {
        await this.client.call(call);
        return true;
      } catch (error) {
        if (isUnknownCall(error)) this.hasAliases = false;
        else if (!isCrossed(error) || move === maxMoves) throw error;
        else await this.client.pause(crossedPauseMs * move);
      }
    }
    return false;
  }

  private async setTags(ref: ModelRef, alias: string): Promise<void> {
    const key = aliasTag(alias);
    for (let move = 0; move < maxMoves; move += 1) {
      const stamp = nextStamp(await this.calls.versionsOf(ref.name), alias, Date.now());
      await this.calls.setTag(ref, key, stamp);
      // Another process that moves it now may have removed what was just set: whoever checks last puts it right.
      if (await this.removeOthers(ref.name, alias, stamp)) return;
    }
    throw new PlatformError(
      "BUSY",
      `Other processes keep moving the alias "${alias}" of ${ref.name}. Only one may move it at a time. Try again.`,
    );
  }

  /** Leaves the tag to the version that has the alias; false when what was set at `stamp` is gone. */
  private async removeOthers(name: string, alias: string, stamp: string): Promise<boolean> {
    const key = aliasTag(alias);
    for (;;) {
      const all = await this.calls.versionsOf(name);
      const holder = findHolder(all, alias);
      if (holder === undefined || (holder.tags.get(key) ?? "") < stamp) return false;
      const others = all.filter(({ version, tags }) => version !== holder.version && tags.has(key));
      if (others.length === 0) return true;
      for (const other of others) await this.calls.deleteTag(other, key);
    }
  }
}
