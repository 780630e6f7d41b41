import { z } from "zod";
import { PlatformError } from "../../base/errors";
import { shortDigest } from "../../base/files";
import { digestSchema, parseRecord } from "../../base/stored-record";
import { counted } from "../../base/wording";

/** Name of the file that stands in place of a version of which rows were removed for good. */
export const forgottenName = "forgotten.json";

const forgottenSchema = z.strictObject({
  model: z.string(),
  digest: digestSchema,
  /** ISO 8601, UTC. */
  forgottenAt: z.iso.datetime(),
  /** How many of its rows had to go. */
  rows: z.number().int().positive(),
  /** The version that has what is left of it. */
  successor: digestSchema,
});

/**
 * What is left of a version of which rows were removed: its digest, which lineages name, and where the other rows are. Content under the
 * digest could not be checked by it any more, so the marker has none.
 */
export type ForgottenVersion = Readonly<z.output<typeof forgottenSchema>>;

export function parseForgotten(file: string, text: string): ForgottenVersion {
  return parseRecord(
    text,
    forgottenSchema,
    (why, cause) =>
      new PlatformError(
        "STORAGE_FAILED",
        `${file} is corrupt: ${why}. It says which data version has the rows that are left of this one. Restore it from a backup.`,
        { cause },
      ),
  );
}

const day = (time: string): string => time.slice(0, 10);

/** That a version is not there any more, and which is. */
export function isForgotten({
  model,
  digest,
  rows,
  forgottenAt,
  successor,
}: ForgottenVersion): PlatformError {
  return new PlatformError(
    "NOT_FOUND",
    `Data version ${shortDigest(digest)} of ${model} is gone: ${counted(rows, "row")} of it had to be forgotten on ${day(forgottenAt)}. What is left of it is data version ${shortDigest(successor)}. Use that.`,
  );
}

/** That data has rows that were removed: it may not be kept, or trained on, again. */
export function mayNotReturn(
  { rows, forgottenAt, successor }: ForgottenVersion,
  file: string,
): PlatformError {
  return new PlatformError(
    "CONFLICT",
    `${file} has ${counted(rows, "row")} that had to be forgotten on ${day(forgottenAt)}, as a copy from before then has. They may not come back. Use data version ${shortDigest(successor)} (\`mlops data restore ${shortDigest(successor)}\`), or leave these rows out.`,
  );
}
