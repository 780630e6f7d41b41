import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import multipart from "@fastify/multipart";
import type { FastifyInstance } from "fastify";
import { PlatformError } from "../../../platform/base/errors";
import { rowOf } from "../actions/try-row";
import { standOf } from "../actions/possible-actions";
import { maxReason } from "../pages/action-page";
import { links } from "../pages/links";
import { scoredPage } from "../pages/scored-page";
import { tryPage } from "../pages/try-page";
import { sendPage } from "../web/send-page";
import { notFound, type Desk } from "./desk";

type Fields = Readonly<Record<string, string | undefined>>;

/** Bytes of a file that is sent to be scored. */
const maxFileBytes = 100 * 1024 * 1024;

/** A row of a form, sent to what serves in production. */
function addRow(app: FastifyInstance, desk: Desk): void {
  app.post<{ Params: { model: string }; Body: Fields }>(
    "/models/:model/try",
    async ({ params, body }, reply) => {
      desk.requireKey(body.key);
      const board = desk.board(params.model);
      const { version, signature, ask } = await desk.parts.openTrial(board);
      const values = Object.fromEntries(
        signature.inputs.map(({ name }) => [name, body[`value-${name}`] ?? ""]),
      );
      const tried = await ask(rowOf(signature, values));
      const { formKey } = desk;
      return sendPage(reply, tryPage({ model: board.name, version, signature, values, formKey, tried }));
    },
  );
}

/** A verb that changes what is released, with a reason, by whoever has seen how things stand. */
function addAction(app: FastifyInstance, desk: Desk): void {
  app.post<{ Params: { model: string; action: string }; Body: Fields }>(
    "/models/:model/actions/:action",
    async ({ params, body }, reply) => {
      desk.requireKey(body.key);
      // By what is so now, not when it was last looked.
      await desk.parts.boards.refresh();
      const board = desk.board(params.model);
      const { action, jobs } = desk.action(board, params.action);
      if (body.stand !== standOf(board)) {
        throw new PlatformError(
          "CONFLICT",
          `${board.name} has changed since the page was shown. Go back, look at how it stands now, and decide again.`,
        );
      }
      const reason = (body.reason ?? "").trim();
      if (reason === "" || reason.length > maxReason) {
        throw new PlatformError(
          "USAGE",
          `A reason of 1 to ${maxReason} characters is needed. Go back and give one.`,
        );
      }
      const job = jobs.start({
        model: board.name,
        action: action.id,
        verb: [...action.verb, "--reason", reason],
        reason,
      });
      return reply.redirect(links.job(job.id), 303);
    },
  );
}

/** A file of rows, scored as \`mlops score\` does. */
function addFile(app: FastifyInstance, desk: Desk): void {
  const { scratch, scoreFile } = desk.parts;
  const done = new Map<string, { readonly scored: string; readonly rejected: string | undefined }>();
  app.post<{ Params: { model: string } }>("/models/:model/score", async (request, reply) => {
    const board = desk.board(request.params.model);
    const file = await request.file();
    if (file === undefined)
      throw new PlatformError("USAGE", "No file was sent. Choose one, and send it again.");
    desk.requireKey((file.fields.key as { value?: unknown } | undefined)?.value);
    const id = randomUUID();
    const input = path.join(scratch, `${id}.csv`);
    await pipeline(file.file, createWriteStream(input, { mode: 0o600 }));
    if (file.file.truncated)
      throw new PlatformError(
        "USAGE",
        "The file is larger than 100 MB. Score it with `mlops score --input`.",
      );
    const output = path.join(scratch, `${id}.scored.csv`);
    const result = await scoreFile(board, input, output);
    done.set(id, { scored: output, rejected: result.rejects });
    return sendPage(reply, scoredPage(board.name, { id, file: file.filename, result }));
  });
  app.get<{ Params: { model: string; id: string; what: "scored" | "rejected" } }>(
    "/models/:model/scored/:id/:what(^scored|rejected$).csv",
    async ({ params: { model, id, what } }, reply) => {
      const file = done.get(id)?.[what];
      if (file === undefined) throw notFound(`file ${what}.csv`);
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="${model}-${what}.csv"`)
        .send(createReadStream(file));
    },
  );
}

/** Every form. */
export async function addForms(app: FastifyInstance, desk: Desk): Promise<void> {
  app.addContentTypeParser(
    "application/x-www-form-urlencoded",
    { parseAs: "string" },
    (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(body as string))),
  );
  await app.register(multipart, { limits: { fileSize: maxFileBytes, files: 1 } });
  addRow(app, desk);
  addAction(app, desk);
  addFile(app, desk);
}
