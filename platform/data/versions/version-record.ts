import { z } from "zod";
import { formatSchema } from "../../definition/format-schema";
import { metricNames } from "../../definition/metric-names";
import { pathBelowSchema } from "../../base/path-below";
import { digestSchema } from "../../base/stored-record";

const count = z.number().int().min(0);

/** Which rows of the prediction log came into data, by which labels, and how right what was predicted of them was. */
const collectionSchema = z.object({
  /** ISO 8601, UTC. */
  collectedAt: z.iso.datetime(),
  environment: z.string(),
  /** Digest of the data that the rows were added to; absent where they are alone. */
  former: digestSchema.exactOptional(),
  added: count,
  /** Name of the file with the truth, without its path, and its digest. */
  labels: z.object({ source: z.string(), digest: digestSchema }),
  /** By version of the model: labelled rows that it scored, when, and its metrics on them. */
  predictedBy: z.array(
    z.object({
      model: z.string(),
      rows: count,
      from: z.iso.datetime(),
      to: z.iso.datetime(),
      metrics: z.partialRecord(z.enum(metricNames), z.number()),
    }),
  ),
});

export type Collection = Readonly<z.output<typeof collectionSchema>>;

/** `version.json`: what a version of a model's data is, and the files that it consists of. Written last. */
export const dataVersionSchema = z.object({
  model: z.string(),
  /** The how manyth it is of the model: clocks may be wrong. Those without one are older than all that have one. */
  sequence: count.exactOptional(),
  /** Of the file, or of the listing of a folder's files: as in the lineage of what was trained on it. */
  digest: digestSchema,
  /** Name of the file or folder that it was, without its path. */
  source: z.string(),
  kind: z.enum(["file", "folder"]),
  format: z.enum(["csv", "parquet"]),
  /** How its values were written, as the definition said. */
  written: formatSchema.exactOptional(),
  rows: count,
  /** In the order of the file; those that the definition named have the type that it gave them. */
  columns: z.array(
    z.object({ name: z.string(), type: z.enum(["number", "category", "boolean", "date"]).exactOptional() }),
  ),
  /** ISO 8601, UTC. */
  keptAt: z.iso.datetime(),
  /** How rows of the prediction log came into it; absent where none did. */
  collected: collectionSchema.exactOptional(),
  /** By their paths below the folder; of a single file, its name. */
  files: z.array(z.object({ path: pathBelowSchema, bytes: count, digest: digestSchema })).min(1),
});

/** Data as it was, kept by its content. */
export type DataVersion = Readonly<z.output<typeof dataVersionSchema>>;

/** For sorting: the newest first, by sequence and, where there is none, by the clock. */
export function newestFirst(
  a: Pick<DataVersion, "sequence" | "keptAt">,
  b: Pick<DataVersion, "sequence" | "keptAt">,
): number {
  return (b.sequence ?? 0) - (a.sequence ?? 0) || (a.keptAt < b.keptAt ? 1 : -1);
}
