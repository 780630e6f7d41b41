import { randomUUID } from "node:crypto";
import { mkdir, rename, rm } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../base/errors";
import { digestOfListing, shortDigest, toStoredJson, writeJson, type Digest } from "../../base/files";
import type { ModelDefinition } from "../../definition/definition";
import { readRecord } from "../../storage/read-record";
import type { Storage } from "../../storage/storage";
import { deliveryOf, manifestName } from "../delivery";
import type { DataSource } from "../source";
import { settledState } from "../unchanged";
import { fetchFile, partsOf, storeFile } from "./file-parts";
import {
  forgottenName,
  isForgotten,
  mayNotReturn,
  parseForgotten,
  type ForgottenVersion,
} from "./forgotten-version";
import { dataVersionSchema, newestFirst, type Collection, type DataVersion } from "./version-record";

const recordName = "version.json";

const minDigest = 6;

function placeOf({ model, digest }: Pick<DataVersion, "model" | "digest">): string {
  return `${model}/${digest}`;
}

/** By their order, not their names: what a file may be called is not what every storage can name. */
function partsOfFile(version: Pick<DataVersion, "model" | "digest">, index: number, bytes: number): string[] {
  return partsOf(`${placeOf(version)}/files/${index}`, bytes);
}

/** Digest by which data is known: of its file, or of the listing of its folder. */
export function digestOfFiles({ kind, files }: Pick<DataVersion, "kind" | "files">): Digest | undefined {
  return kind === "folder" ? digestOfListing(files) : files[0]?.digest;
}

/**
 * The data that models were trained on, kept by its content in a storage: `<model>/<digest>/`. A version is there once its
 * record is, which is written last: what a process that was killed has left is no version, and is written again.
 */
export class DataVersions {
  constructor(
    private readonly storage: Storage,
    /** Is told of each version that is left out of a list because its record is corrupt. */
    private readonly report: (message: string) => void,
  ) {}

  /**
   * Keeps data that was loaded; throws CONFLICT when its files have changed since. Nothing is copied twice. Where the version is
   * there without what says how its rows were collected, that is added: the first collection stands.
   */
  async keep(
    definition: ModelDefinition,
    source: DataSource,
    now: Date,
    collected?: Collection,
  ): Promise<DataVersion> {
    const key = { model: definition.name, digest: source.digest };
    const gone = await this.findForgotten(key);
    if (gone !== undefined) throw mayNotReturn(gone, source.file);
    const kept = await this.find(key.model, key.digest);
    if (kept !== undefined && (await this.isWhole(kept))) {
      if (collected === undefined || kept.collected !== undefined) return kept;
      return this.record({ ...kept, collected });
    }
    const kind = source.files === undefined ? "file" : "folder";
    const files: DataVersion["files"] = [];
    // What is as it was when it was hashed needs no second hash.
    const settled = await settledOf(source);
    for (const [index, name] of (source.files ?? [path.basename(source.file)]).entries()) {
      const file = kind === "folder" ? path.join(source.file, name) : source.file;
      files.push({
        path: name,
        ...(await storeFile(this.storage, file, {
          place: `${placeOf(key)}/files/${index}`,
          known: settled === undefined ? undefined : source.digest,
        })),
      });
    }
    const isCopied = settled === undefined || settled === (await settledOf(source));
    if (!isCopied || digestOfFiles({ kind, files }) !== source.digest) {
      await this.removeFiles(key);
      throw new PlatformError(
        "CONFLICT",
        `${source.file} has changed since it was read. Data stays as it is until a run has ended. Run again when it is complete.`,
      );
    }
    const types = new Map(definition.columns.map(({ name, type }) => [name, type]));
    const lineage = kept?.collected ?? collected;
    const [newest] = await this.list(key.model);
    return this.record({
      ...key,
      sequence: kept?.sequence ?? (newest?.sequence ?? 0) + 1,
      source: path.basename(source.file),
      kind,
      format: source.format,
      written: definition.format,
      rows: source.rows,
      columns: source.header.map((name) => {
        const type = types.get(name);
        return { name, ...(type && { type }) };
      }),
      keptAt: now.toISOString(),
      ...(lineage && { collected: lineage }),
      files,
    });
  }

  /** The versions of a model, the newest first. */
  async list(model: string): Promise<DataVersion[]> {
    const names = await this.storage.list(`${model}/`);
    const versions: DataVersion[] = [];
    for (const record of names.filter((name) => name.endsWith(`/${recordName}`))) {
      if (names.includes(record.replace(recordName, forgottenName))) continue;
      try {
        versions.push(await this.read(record));
      } catch (error) {
        if (!(error instanceof PlatformError)) throw error;
        this.report(error.message);
      }
    }
    return versions.sort(newestFirst);
  }

  /** The version whose digest is, or begins with, the one given; throws NOT_FOUND or INPUT_INVALID. */
  async get(model: string, digest: string): Promise<DataVersion> {
    const wanted = digest.replace(/^sha256:/, "").toLowerCase();
    if (!/^[0-9a-f]*$/.test(wanted) || wanted.length < minDigest || wanted.length > 64) {
      throw new PlatformError(
        "INPUT_INVALID",
        `"${digest}" is not the digest of a data version. Expected its first ${minDigest} to 64 characters, 0 to 9 and a to f. \`mlops data versions --model ${model}\` lists them.`,
      );
    }
    const names = await this.storage.list(`${model}/${wanted}`);
    const records = names.filter((name) => name.endsWith(`/${recordName}`));
    const [record, another] = records;
    const gone = names.find((name) => name.endsWith(`/${forgottenName}`));
    if (gone !== undefined && another === undefined) throw isForgotten(await this.readForgotten(gone));
    if (record === undefined) {
      throw new PlatformError(
        "NOT_FOUND",
        `${model} has no data version ${digest}. \`mlops data versions --model ${model}\` lists those that are kept.`,
      );
    }
    if (another !== undefined) {
      throw new PlatformError(
        "INPUT_INVALID",
        `${records.length} data versions of ${model} begin with ${digest}. One is expected. Give more of the digest.`,
      );
    }
    return this.read(record);
  }

  /**
   * Writes a version to a file or folder, whole or not at all, after checking every byte: STORAGE_FAILED when it is not what
   * was kept. A file is replaced; a folder must not be there.
   */
  async restore(version: DataVersion, target: string): Promise<void> {
    const staging = `${target}.${process.pid}-${randomUUID().slice(0, 8)}.tmp`;
    try {
      await mkdir(path.dirname(target), { recursive: true });
      for (const [index, file] of version.files.entries()) {
        const place = version.kind === "folder" ? path.join(staging, file.path) : staging;
        await mkdir(path.dirname(place), { recursive: true });
        const digest = await fetchFile(this.storage, partsOfFile(version, index, file.bytes), place);
        if (digest !== file.digest) throw this.changed(version, `"${file.path}" is not what was kept`);
      }
      await addManifest(version, staging);
      await rename(staging, target);
    } catch (error) {
      if (error instanceof PlatformError && error.code === "NOT_FOUND") {
        throw this.changed(version, "some of its files are missing");
      }
      throw error;
    } finally {
      await rm(staging, { recursive: true, force: true });
    }
  }

  /** The same as `get` or, of a version of which rows were removed, the version that has what is left of it. */
  async getRemaining(model: string, digest: string): Promise<DataVersion> {
    return this.get(model, await this.remainingOf(model, digest as Digest));
  }

  /** Digest of what is left of a version: its own, unless rows of it were removed. */
  async remainingOf(model: string, digest: Digest): Promise<Digest> {
    let remaining = digest;
    for (;;) {
      const gone = await this.findForgotten({ model, digest: remaining });
      if (gone === undefined) return remaining;
      remaining = gone.successor;
    }
  }

  /**
   * Removes a version of which rows had to go, for good. What says so is written first: when it is interrupted, the version counts as
   * gone, and `finishForgetting` removes the rest.
   */
  async forget(forgotten: ForgottenVersion): Promise<void> {
    await this.storage.put(`${placeOf(forgotten)}/${forgottenName}`, toStoredJson(forgotten));
    await this.remove(forgotten);
  }

  /** Removes what interrupted removals of rows have left of versions of a model. */
  async finishForgetting(model: string): Promise<void> {
    for (const file of await this.storage.list(`${model}/`))
      if (file.endsWith(`/${forgottenName}`)) await this.remove(await this.readForgotten(file));
  }

  /** Removes what the place keeps of files of a model's versions that were removed. */
  async dropEarlier(model: string): Promise<void> {
    await this.storage.dropEarlier(`${model}/`);
  }

  /** Removes a version: first what says that it is there. */
  async remove(version: Pick<DataVersion, "model" | "digest">): Promise<void> {
    await this.storage.delete(`${placeOf(version)}/${recordName}`);
    await this.removeFiles(version);
  }

  private async record(version: DataVersion): Promise<DataVersion> {
    await this.storage.put(`${placeOf(version)}/${recordName}`, toStoredJson(version));
    return version;
  }

  private async removeFiles(version: Pick<DataVersion, "model" | "digest">): Promise<void> {
    for (const file of await this.storage.list(`${placeOf(version)}/files/`)) await this.storage.delete(file);
  }

  private async find(model: string, digest: Digest): Promise<DataVersion | undefined> {
    const record = `${placeOf({ model, digest })}/${recordName}`;
    return (await this.storage.list(record)).includes(record) ? this.read(record) : undefined;
  }

  private async findForgotten(
    version: Pick<DataVersion, "model" | "digest">,
  ): Promise<ForgottenVersion | undefined> {
    const file = `${placeOf(version)}/${forgottenName}`;
    return (await this.storage.list(file)).includes(file) ? this.readForgotten(file) : undefined;
  }

  private async readForgotten(file: string): Promise<ForgottenVersion> {
    return parseForgotten(file, Buffer.from(await this.storage.get(file)).toString("utf8"));
  }

  private async isWhole(version: DataVersion): Promise<boolean> {
    const there = new Set(await this.storage.list(`${placeOf(version)}/files/`));
    return version.files.every(({ bytes }, index) =>
      partsOfFile(version, index, bytes).every((part) => there.has(part)),
    );
  }

  private async read(record: string): Promise<DataVersion> {
    const data = await readRecord(this.storage, record, dataVersionSchema, (why, cause) =>
      corrupt(record, why, cause),
    );
    if (record !== `${placeOf(data)}/${recordName}` || digestOfFiles(data) !== data.digest) {
      throw corrupt(record, "its digest is not that of its files", undefined);
    }
    return data;
  }

  private changed({ model, digest }: DataVersion, why: string): PlatformError {
    return new PlatformError(
      "STORAGE_FAILED",
      `Data version ${shortDigest(digest)} of ${model} is damaged: ${why}. Restore its files from a backup; nothing was written.`,
    );
  }
}

/** A file's state that it also had when it was hashed; undefined where it has another, or may be another. */
async function settledOf({
  file,
  settled,
}: Pick<DataSource, "file" | "settled">): Promise<string | undefined> {
  return settled !== undefined && settled === (await settledState(file)) ? settled : undefined;
}

/** Nobody reads the files of a delivery without what says that they are the data. */
async function addManifest({ kind, files, rows, keptAt }: DataVersion, folder: string): Promise<void> {
  const delivery = kind === "folder" ? deliveryOf(files, { rows, deliveredAt: keptAt }) : undefined;
  if (delivery !== undefined) await writeJson(path.join(folder, manifestName), delivery);
}

function corrupt(record: string, why: string, cause: unknown): PlatformError {
  return new PlatformError(
    "STORAGE_FAILED",
    `The record ${record} of a data version is corrupt: ${why}. Delete it, or restore it from a backup.`,
    { cause },
  );
}
