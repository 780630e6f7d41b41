import { z } from "zod";
import type { PlatformError } from "../../base/errors";
import type { Digest } from "../../base/files";
import { formatModelRef } from "../../definition/model-ref";
import { ownTags } from "../names";
import type { ModelVersion } from "../registry";
import { corrupt } from "../local/registry-files";

/** 64-bit numbers are texts in the JSON of some servers. */
const whole = z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]);
const tagsSchema = z
  .array(z.object({ key: z.string(), value: z.string().default("") }))
  .default([])
  .transform((tags) => new Map(tags.map(({ key, value }) => [key, value])));

/** A version as MLflow's API gives it. */
export const storedSchema = z.object({
  name: z.string(),
  version: whole,
  creation_timestamp: whole,
  source: z.string().default(""),
  status: z.string().default("READY"),
  status_message: z.string().default(""),
  tags: tagsSchema,
});

export type StoredVersion = z.output<typeof storedSchema>;

/** Digest of the model directory: what makes a version one that this registry can give out. */
export const digestTag = `${ownTags}digest`;
/** Id of the request that made a version: by it a version is found whose reply was lost. */
export const requestTag = `${ownTags}request`;

const aliasPrefix = `${ownTags}alias.`;

export function aliasTag(alias: string): string {
  return `${aliasPrefix}${alias}`;
}

/**
 * The version that has an alias where aliases are tags of versions, with the time of setting as their value: not every server
 * has aliases. While one is moved two versions have the tag, or for longer after a crash: the one that was set last has the alias.
 */
export function findHolder(versions: readonly StoredVersion[], alias: string): StoredVersion | undefined {
  const tag = aliasTag(alias);
  const holders = versions.filter(({ tags }) => tags.has(tag));
  return holders
    .sort((a, b) => stampOf(a, tag).localeCompare(stampOf(b, tag)) || a.version - b.version)
    .at(-1);
}

/** ISO times of one length, whose order is that of their texts; any other text was set by hand, and is older than all. */
function stampOf({ tags }: StoredVersion, tag: string): string {
  const value = tags.get(tag) ?? "";
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(value) ? value : "";
}

/** A time of setting that is later than the last one, even if that was by a clock that runs ahead. */
export function nextStamp(versions: readonly StoredVersion[], alias: string, now: number): string {
  const holder = findHolder(versions, alias);
  const last = holder === undefined ? Number.NaN : Date.parse(stampOf(holder, aliasTag(alias)));
  return new Date(Number.isNaN(last) ? now : Math.max(now, last + 1)).toISOString();
}

/** Whether this program registered a version; a server may keep those of others beside them. */
export function isOurs({ tags }: StoredVersion): boolean {
  return tags.has(digestTag);
}

/** Why a version cannot be given out; undefined when it can. */
export function findFault(version: StoredVersion): PlatformError | undefined {
  const name = formatModelRef(version);
  const digest = version.tags.get(digestTag);
  if (digest === undefined) {
    return corrupt(
      `${name} has no tag "${digestTag}", so another program registered it`,
      "Train and register the model with mlops, or choose another version",
    );
  }
  if (!/^[0-9a-f]{64}$/.test(digest)) {
    return corrupt(`The tag "${digestTag}" of ${name} is not a digest`, "Register the model again");
  }
  if (version.status !== "READY") {
    const reason = version.status_message === "" ? "" : `: ${version.status_message}`;
    return corrupt(`${name} is not ready (${version.status}${reason})`, "Wait, or register the model again");
  }
  return undefined;
}

/** Throws REGISTRY_CORRUPT when a version cannot be given out. */
export function assertUsable(version: StoredVersion): void {
  const fault = findFault(version);
  if (fault !== undefined) throw fault;
}

/** A version as the port has it, with its aliases. */
export function toModelVersion(stored: StoredVersion, aliases: readonly string[]): ModelVersion {
  const { name, version, tags } = stored;
  const keys = [...tags.keys()].sort();
  return {
    name,
    version,
    digest: (tags.get(digestTag) ?? "") as Digest,
    registeredAt: new Date(stored.creation_timestamp).toISOString(),
    tags: Object.fromEntries(
      keys.filter((key) => !key.startsWith(ownTags)).map((key) => [key, tags.get(key) ?? ""]),
    ),
    aliases,
  };
}

/** The aliases that a version has by its tags; `all` are those of the same model, of which another may have it. */
export function aliasesInTags({ tags, version }: StoredVersion, all: readonly StoredVersion[]): string[] {
  return [...tags.keys()]
    .filter((key) => key.startsWith(aliasPrefix))
    .map((key) => key.slice(aliasPrefix.length))
    .filter((alias) => findHolder(all, alias)?.version === version);
}

/** Whether a version carries an alias, which others may carry as well. */
export function carriesAlias({ tags }: StoredVersion): boolean {
  return [...tags.keys()].some((key) => key.startsWith(aliasPrefix));
}
