import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import type { FastifyInstance } from "fastify";
import { PlatformError } from "../../../platform/base/errors";
import type { ScoreFileResult } from "../../watching/score-file";
import type { Trial } from "../actions/open-trial";
import { rowOf } from "../actions/try-row";
import { scoredPage } from "../pages/scored-page";
import { tryPage } from "../pages/try-page";
import type { TryPlace } from "../pages/try-place";
import { requireFormKey, type AccessKey } from "../web/access";
import { sendPage } from "../web/send-page";
import { notFound } from "./desk";
import { explainForm, fieldsOf } from "./form-fields";
import { PlainRows } from "./plain-rows";
import { Uploads } from "./uploads";

interface ModelParams {
  readonly model: string;
}

/** A model that may be asked. */
interface AskedModel {
  readonly place: TryPlace;
  readonly openTrial: () => Promise<Trial>;
  readonly scoreFile: (input: string, output: string) => Promise<ScoreFileResult>;
}

interface TryParts {
  readonly access: AccessKey;
  /** Folder for files that are scored. */
  readonly scratch: string;
  /** The model of a request; throws where there is none. */
  readonly of: (params: ModelParams) => AskedModel;
}

/** Scored files that are kept, with what was sent and rejected. */
const maxKept = 20;

interface Kept {
  readonly input: string;
  readonly scored: string;
  readonly rejected: string | undefined;
}

/** The newest files that were scored; older ones are removed, so that a disk does not fill up. */
class KeptFiles {
  private readonly files = new Map<string, Kept>();

  get(id: string): Kept | undefined {
    return this.files.get(id);
  }

  async add(id: string, kept: Kept): Promise<void> {
    this.files.set(id, kept);
    for (const old of [...this.files.keys()].slice(0, -maxKept)) {
      const { input, scored, rejected } = this.files.get(old) ?? kept;
      this.files.delete(old);
      for (const file of [input, scored, rejected]) if (file !== undefined) await rm(file, { force: true });
    }
  }
}

/** A form of a model's features, and a row that it sends. */
function addForm(app: FastifyInstance, address: string, { access, of }: TryParts): void {
  const { formKey } = access;
  app.get<{ Params: ModelParams }>(address, async ({ params }, reply) => {
    const { place, openTrial } = of(params);
    const { version, signature, example } = await openTrial();
    return sendPage(reply, tryPage({ place, version, signature, values: example, formKey }));
  });
  app.post<{ Params: ModelParams }>(address, async (request, reply) => {
    const fields = fieldsOf(request);
    requireFormKey(access, fields.key);
    const { place, openTrial } = of(request.params);
    const { version, signature, ask } = await openTrial();
    const values = Object.fromEntries(
      signature.inputs.map(({ name }) => [name, fields[`value-${name}`] ?? ""]),
    );
    const tried = await ask(rowOf(signature, values));
    return sendPage(reply, tryPage({ place, version, signature, values, formKey, tried }));
  });
}

/** An error that calls a file as its sender does: where it lies here is nobody's business. */
function withOwnName(
  error: unknown,
  { path: place, name }: { readonly path: string; readonly name: string },
): unknown {
  if (!(error instanceof PlatformError)) return error;
  return new PlatformError(error.code, error.message.replaceAll(place, name), { cause: error });
}

/** A file of rows, scored as `mlops score` does. */
function addFile(app: FastifyInstance, base: string, { access, scratch, of }: TryParts): void {
  const kept = new KeptFiles();
  const uploads = new Uploads();
  app.post<{ Params: ModelParams }>(`${base}/score`, async (request, reply) => {
    const { place, scoreFile } = of(request.params);
    const id = randomUUID();
    const input = path.join(scratch, `${id}.csv`);
    try {
      const file = await request.file().catch((error: unknown) => {
        throw explainForm(error);
      });
      if (file === undefined)
        throw new PlatformError("USAGE", "No file was sent. Choose one, and send it again.");
      // Whoever has no key takes no place from others.
      requireFormKey(access, (file.fields.key as { value?: unknown } | undefined)?.value);
      const received = (): Promise<void> =>
        pipeline(file.file, new PlainRows(), createWriteStream(input, { mode: 0o600 })).catch(
          (error: unknown) => {
            throw explainForm(error);
          },
        );
      await uploads.receive(request.socket.remoteAddress ?? "", received);
      if (file.file.truncated)
        throw new PlatformError("USAGE", `The file is larger than ${place.maxFileMb} MB. Send it in parts.`);
      const output = path.join(scratch, `${id}.scored.csv`);
      const result = await uploads
        .score(() => scoreFile(input, output))
        .catch((error: unknown) => {
          throw withOwnName(error, { path: input, name: file.filename });
        });
      await kept.add(id, { input, scored: output, rejected: result.rejects });
      return sendPage(reply, scoredPage(place, { id, file: file.filename, result }));
    } catch (error) {
      await rm(input, { force: true });
      throw error;
    }
  });
  app.get<{ Params: ModelParams & { id: string; what: "scored" | "rejected" } }>(
    `${base}/scored/:id/:what(^scored|rejected$).csv`,
    async ({ params }, reply) => {
      const { id, what } = params;
      const { model } = of(params).place;
      const file = kept.get(id)?.[what];
      if (file === undefined) throw notFound(`file ${what}.csv`);
      return reply
        .type("text/csv; charset=utf-8")
        .header("content-disposition", `attachment; filename="${model}-${what}.csv"`)
        .send(createReadStream(file));
    },
  );
}

/** Forms by which a model is asked, below an address: `base` and, for the form itself, `form` behind it. */
export function addTry(
  app: FastifyInstance,
  base: string,
  parts: TryParts & { readonly form?: string },
): void {
  addForm(app, `${base}${parts.form ?? "/"}`, parts);
  addFile(app, base, parts);
}
