import { mkdir, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { PlatformError, explainStorageError, systemErrorCode } from "../../base/errors";
import { digestOfDirectory, writeJson } from "../../base/files";
import type { ModelRef } from "../../definition/model-ref";
import { formatModelRef, modelNamePattern } from "../../definition/model-ref";
import type { EntryRecord } from "../entry";
import { assertContent, modelFolderOf, readEntry, readTags, writeEntry, writeTag } from "../entry";
import { assertModelDirectory, exists, makeFolder, missingVersion } from "./model-folder";
import { assertAlias, assertModelName, assertTags } from "../names";
import type { ModelVersion, Registry } from "../registry";
import { copyFolder, corrupt, findStored, namesIn, syncFolder } from "./registry-files";
import { openStaging, sweepStaging } from "./staging";

const aliasSchema = z.strictObject({ version: z.number().int().positive() });

export interface LocalRegistryOptions {
  /** Is told of each entry and alias that is left out of an answer because it is corrupt. */
  readonly report: (error: PlatformError) => void;
}

/** Holds an empty file for each number that was ever given, also when its version was moved out of the registry since. */
const numbersFolder = "numbers";

/**
 * Model versions in a folder: `<name>/<version>/{version.json, tags/, model/}`, `<name>/aliases/` and `<name>/numbers/`. An entry is
 * made aside, takes a number that nobody has had by making its file, and is put in place by one rename: there are no locks,
 * and nothing is ever half there. `list` looks at version.json and tags; `get` and `download` at every file.
 */
class LocalRegistry implements Registry {
  private readonly staging: string;

  constructor(
    private readonly directory: string,
    private readonly options: LocalRegistryOptions,
  ) {
    this.staging = path.join(directory, ".staging");
  }

  register(
    name: string,
    modelDirectory: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<ModelVersion> {
    return this.explained(async () => {
      assertModelName(name);
      assertTags(tags);
      await assertModelDirectory(modelDirectory);
      await sweepStaging(this.staging);
      const staging = await openStaging(this.staging);
      try {
        await writeEntry(staging.entry, { name, modelDirectory, tags });
        const version = await this.putInPlace(staging.entry, name);
        return await this.describe({ name, version });
      } finally {
        await staging.remove();
      }
    });
  }

  get(ref: ModelRef): Promise<ModelVersion> {
    return this.explained(async () => {
      await assertContent(this.entryOf(ref), ref, await this.record(ref));
      return this.describe(ref);
    });
  }

  list(name?: string): Promise<ModelVersion[]> {
    return this.explained(async () => {
      if (name !== undefined) assertModelName(name);
      const names = name !== undefined ? [name] : await namesIn(this.directory);
      const versions: ModelVersion[] = [];
      for (const each of names.filter((text) => modelNamePattern.test(text))) {
        for (const version of await this.numbersOf(each)) {
          const found = await this.reportCorrupt(() => this.describe({ name: each, version }));
          if (found !== undefined) versions.push(found);
        }
      }
      return versions;
    });
  }

  findAlias(name: string, alias: string): Promise<ModelVersion | undefined> {
    return this.explained(async () => {
      assertModelName(name);
      assertAlias(alias);
      const file = this.aliasFile(name, alias);
      const target = await findStored(file, aliasSchema);
      if (target === undefined) return undefined;
      const ref = { name, version: target.version };
      if (await exists(this.entryOf(ref))) return this.get(ref);
      throw corrupt(
        `${file} points to ${formatModelRef(ref)}, which is gone`,
        `Set the alias "${alias}" again`,
      );
    });
  }

  setAlias(ref: ModelRef, alias: string): Promise<void> {
    return this.explained(async () => {
      assertAlias(alias);
      await this.get(ref);
      await writeJson(this.aliasFile(ref.name, alias), { version: ref.version });
    });
  }

  setTag(ref: ModelRef, key: string, value: string): Promise<void> {
    return this.explained(async () => {
      assertTags({ [key]: value });
      await this.record(ref);
      await writeTag(this.entryOf(ref), key, value);
    });
  }

  download(ref: ModelRef, destination: string): Promise<void> {
    return this.explained(async () => {
      const record = await this.record(ref);
      await assertContent(this.entryOf(ref), ref, record);
      await makeFolder(destination, async (temporary) => {
        await copyFolder(modelFolderOf(this.entryOf(ref)), temporary);
        if ((await digestOfDirectory(temporary)) !== record.digest) {
          throw corrupt(`${formatModelRef(ref)} changed while it was copied`, "Try again");
        }
      });
    }, destination);
  }

  /** Runs work on files; explains a failure of disk, permission or path in words. */
  private async explained<T>(work: () => Promise<T>, where = this.directory): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw explainStorageError(error, where);
    }
  }

  private entryOf({ name, version }: ModelRef): string {
    return path.join(this.directory, name, String(version));
  }

  private aliasFile(name: string, alias: string): string {
    return path.join(this.directory, name, "aliases", `${alias}.json`);
  }

  /** Numbers in use, rising; also of entries that are corrupt, so that none is used again. */
  private async numbersOf(name: string): Promise<number[]> {
    return wholeNumbers(await namesIn(path.join(this.directory, name)));
  }

  private async putInPlace(entry: string, name: string): Promise<number> {
    const folder = path.join(this.directory, name);
    await mkdir(folder, { recursive: true });
    await syncFolder(this.directory);
    const given = wholeNumbers(await namesIn(path.join(folder, numbersFolder)));
    const last = Math.max(0, ...given.slice(-1), ...(await this.numbersOf(name)).slice(-1));
    for (let version = last + 1; ; version += 1) {
      if (!(await takeNumber(path.join(folder, numbersFolder), version))) continue;
      const target = path.join(folder, String(version));
      try {
        await rename(entry, target);
      } catch (error) {
        if (await exists(target)) continue;
        throw error;
      }
      await syncFolder(folder);
      return version;
    }
  }

  private async record(ref: ModelRef): Promise<EntryRecord> {
    assertModelName(ref.name);
    if (await exists(this.entryOf(ref))) return readEntry(this.entryOf(ref), ref);
    throw missingVersion(ref, await this.numbersOf(ref.name));
  }

  private async describe(ref: ModelRef): Promise<ModelVersion> {
    const { digest, registeredAt } = await this.record(ref);
    const tags = await readTags(this.entryOf(ref));
    return { ...ref, digest, registeredAt, tags, aliases: await this.aliasesOf(ref) };
  }

  /** A garbled alias is reported and left out: it says nothing about this version. */
  private async aliasesOf({ name, version }: ModelRef): Promise<string[]> {
    const aliases = (await namesIn(path.join(this.directory, name, "aliases")))
      .filter((file) => file.endsWith(".json"))
      .map((file) => path.basename(file, ".json"));
    const found: string[] = [];
    for (const alias of aliases) {
      const target = await this.reportCorrupt(() => findStored(this.aliasFile(name, alias), aliasSchema));
      if (target?.version === version) found.push(alias);
    }
    return found;
  }

  private async reportCorrupt<T>(read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      if (!(error instanceof PlatformError) || error.code !== "REGISTRY_CORRUPT") throw error;
      this.options.report(error);
      return undefined;
    }
  }
}

/** Names that are numbers of versions, rising. */
function wholeNumbers(names: readonly string[]): number[] {
  return names
    .filter((text) => /^[1-9]\d{0,8}$/.test(text))
    .map(Number)
    .sort((a, b) => a - b);
}

/** Takes a number for good; false when it was taken before. */
async function takeNumber(numbers: string, version: number): Promise<boolean> {
  await mkdir(numbers, { recursive: true });
  try {
    await writeFile(path.join(numbers, String(version)), "", { flag: "wx", flush: true });
  } catch (error) {
    if (systemErrorCode(error) === "EEXIST") return false;
    throw error;
  }
  await syncFolder(numbers);
  return true;
}

/** Opens the registry in a folder, which is made when the first version is registered. */
export function openLocalRegistry(directory: string, options: LocalRegistryOptions): Registry {
  return new LocalRegistry(path.resolve(directory), options);
}
