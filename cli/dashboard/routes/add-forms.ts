import type { FastifyInstance } from "fastify";
import { findFaultOfWords, maxWords } from "../../../platform/audit/words";
import { PlatformError } from "../../../platform/base/errors";
import { standOf } from "../actions/possible-actions";
import { links } from "../pages/links";
import { dashboardPlace, maxFileMb } from "../pages/try-place";
import { requireFormKey } from "../web/access";
import { addTry } from "./add-try";
import { addFormParsers, fieldsOf } from "./form-fields";
import type { Desk } from "./desk";

/** A verb that changes what is released, with a reason, by whoever has seen how things stand. */
function addAction(app: FastifyInstance, desk: Desk): void {
  app.post<{ Params: { model: string; action: string } }>(
    "/models/:model/actions/:action",
    async (request, reply) => {
      const { params, headers } = request;
      const fields = fieldsOf(request);
      requireFormKey(desk.parts.access, fields.key);
      // By what is so now, not when it was last looked.
      await desk.parts.boards.readAnew();
      const board = desk.board(params.model);
      const { action, jobs } = desk.action(board, params.action);
      if (fields.stand !== standOf(board)) {
        throw new PlatformError(
          "CONFLICT",
          `${board.name} has changed since the page was shown. Go back, look at how it stands now, and decide again.`,
        );
      }
      const reason = (fields.reason ?? "").trim();
      if (findFaultOfWords(reason) !== undefined)
        throw new PlatformError(
          "USAGE",
          `A reason of 1 to ${maxWords} characters is needed, without control characters. Go back and give one.`,
        );
      const job = jobs.start({
        model: board.name,
        action: action.id,
        verb: [...action.verb, "--reason", reason],
        reason,
        actor: desk.parts.entrance?.whoIs?.(headers),
      });
      return reply.redirect(links.job(job.id), 303);
    },
  );
}

/** Every form. */
export async function addForms(app: FastifyInstance, desk: Desk): Promise<void> {
  await addFormParsers(app, maxFileMb);
  const { access, scratch, openTrial, scoreFile } = desk.parts;
  addTry(app, "/models/:model", {
    access,
    scratch,
    form: "/try",
    of: ({ model }) => {
      const board = desk.board(model);
      return {
        place: dashboardPlace(board.name),
        openTrial: () => openTrial(board),
        scoreFile: (input, output) => scoreFile(board, input, output),
      };
    },
  });
  addAction(app, desk);
}
