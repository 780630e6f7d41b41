import { readFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../../platform/base/errors";
import { withTemporaryFolder, type Digest } from "../../../platform/base/files";
import type { Metrics } from "../../../platform/definition/metric-names";
import {
  modelFiles,
  readLineage,
  readModelMetrics,
  type Lineage,
} from "../../../platform/model/model-directory";
import type { ModelVersion, Registry } from "../../../platform/registry/registry";

/** What the files of a registered version say of it. */
export interface VersionFacts {
  /** Its model card, in Markdown. */
  readonly card: string;
  /** On the rows held out from it; absent where its files do not say. */
  readonly heldOut?: Metrics;
  readonly lineage?: Lineage;
}

/** What a file says; nothing of one that is not there or is not as it was written: the card is still worth showing. */
async function ifReadable<T>(read: Promise<T>): Promise<T | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof PlatformError) return undefined;
    throw error;
  }
}

/** Reads the files of a version, which are in the registry. */
export function readVersionFacts(registry: Registry, version: ModelVersion): Promise<VersionFacts> {
  return withTemporaryFolder("mlops-version-", async (scratch) => {
    const directory = path.join(scratch, "model");
    await registry.download(version, directory);
    const card = await readFile(path.join(directory, modelFiles.card), "utf8");
    const metrics = await ifReadable(readModelMetrics(directory));
    const lineage = await ifReadable(readLineage(directory));
    return { card, ...(metrics && { heldOut: metrics.heldOut.metrics }), ...(lineage && { lineage }) };
  });
}

/** Versions whose facts are kept. */
const maxKept = 200;
/** How long it is remembered that the files of a version could not be read, in milliseconds. */
const retryMs = 60_000;

interface Reading {
  readonly at: number;
  readonly result: Promise<VersionFacts>;
  facts?: VersionFacts;
  failed?: true;
}

/** Facts of versions, each read once: the content of a version never changes. */
export class VersionFactsReader {
  private readonly readings = new Map<Digest, Reading>();
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly read: (version: ModelVersion) => Promise<VersionFacts>,
    private readonly now: () => number = Date.now,
  ) {}

  /** The facts of a version; throws what reading its files throws. */
  of(version: ModelVersion): Promise<VersionFacts> {
    return this.reading(version, (read) => read()).result;
  }

  /** What is known of a version; where that is nothing yet, its files are read for whoever asks next, one version after the other. */
  find(version: ModelVersion): VersionFacts | undefined {
    return this.reading(version, (read) => (this.last = this.last.then(read, read))).facts;
  }

  private reading(
    version: ModelVersion,
    begin: (read: () => Promise<VersionFacts>) => Promise<VersionFacts>,
  ): Reading {
    const known = this.readings.get(version.digest);
    if (known !== undefined && !(known.failed === true && this.now() - known.at >= retryMs)) return known;
    const reading: Reading = { at: this.now(), result: begin(() => this.read(version)) };
    reading.result.then(
      (facts) => (reading.facts = facts),
      // Whoever waits for it is told; for the others it is as if nothing were known.
      () => (reading.failed = true),
    );
    this.readings.set(version.digest, reading);
    for (const old of [...this.readings.keys()].slice(0, -maxKept)) this.readings.delete(old);
    return reading;
  }
}
