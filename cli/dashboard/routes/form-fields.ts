import multipart from "@fastify/multipart";
import { PlatformError, explainStorageError, reasonOf, systemErrorCode } from "../../../platform/base/errors";
import type { FastifyInstance, FastifyRequest } from "fastify";

type Fields = Readonly<Record<string, string | undefined>>;

/** How forms are read, those with a file, too; nothing else is. */
export async function addFormParsers(app: FastifyInstance, fileMb: number): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  // Fields are kept in memory, and a form with a file has one besides it: the key.
  const fields = { fields: 4, fieldNameSize: 100, fieldSize: 1000, headerPairs: 20, parts: 5 };
  await app.register(multipart, { limits: { ...fields, fileSize: fileMb * 1024 * 1024, files: 1 } });
}

/**
 * Why a form with a file was not received: it is cut off or no form at all, which its sender may mend, or the disk is full, which the
 * operator may.
 */
export function explainForm(error: unknown): unknown {
  const { statusCode } = Object(error) as { readonly statusCode?: number };
  if (error instanceof PlatformError || statusCode !== undefined) return error;
  if (systemErrorCode(error) !== undefined)
    return explainStorageError(error, "the file that was sent", "TMPDIR");
  return new PlatformError(
    "USAGE",
    `The form did not arrive whole: ${reasonOf(error)}. Expected one that a page has sent. Open the page again, and send it from there.`,
    { cause: error },
  );
}

/** The fields of a form without a file; none of a request that has no form. */
export function fieldsOf({ body }: FastifyRequest): Fields {
  return (body ?? {}) as Fields;
}
