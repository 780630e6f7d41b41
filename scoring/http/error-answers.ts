import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { ServingLimits } from "../../platform/definition/definition";
import { InputTooLarge } from "../../platform/onnx/input-too-large";
import { internalProblem, problemBody, problemContentType, RequestProblem } from "../problems/problem";
import { idsOf } from "../telemetry/request-telemetry";

/** How a dialect puts a problem into words. */
export interface ErrorShape {
  readonly contentType: string;
  body(problem: RequestProblem, requestId: string): object;
}

/** RFC 9457: the service's own way, where no standard wants another. */
export const problemShape: ErrorShape = { contentType: problemContentType, body: problemBody };

/** What the framework or a handler threw, as a problem; `undefined` when it is a failure of the service. */
function problemOf(error: unknown, limits: ServingLimits): RequestProblem | undefined {
  if (error instanceof RequestProblem) return error;
  if (error instanceof InputTooLarge) {
    const { message, row, field, fault } = error;
    return new RequestProblem("INPUT_INVALID", message, { errors: [{ row, field, message: fault }] });
  }
  const { code, statusCode, message } = error as { code?: string; statusCode?: number; message?: string };
  if (code === "FST_ERR_CTP_BODY_TOO_LARGE") {
    return new RequestProblem(
      "BODY_TOO_LARGE",
      `The body has more than ${limits.maxBodyBytes} bytes, the maximum. Send the rows in several requests.`,
    );
  }
  if (code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") {
    return new RequestProblem(
      "MEDIA_TYPE_UNSUPPORTED",
      "The body's type is not application/json. Send JSON.",
    );
  }
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new RequestProblem("REQUEST_INVALID", message ?? "The request is not valid.");
  }
  return undefined;
}

export function sendProblem(
  reply: FastifyReply,
  problem: RequestProblem,
  { shape, requestId }: { readonly shape: ErrorShape; readonly requestId: string },
): FastifyReply {
  reply.request.problem = problem;
  return reply
    .code(problem.status)
    .headers(problem.details.headers ?? {})
    .header("content-type", shape.contentType)
    .send(JSON.stringify(shape.body(problem, requestId)));
}

/** Answers whatever is thrown in `app`, which may be a dialect's own part of the service. */
export function addErrorAnswers(
  app: FastifyInstance,
  { limits, shape }: { readonly limits: ServingLimits; readonly shape: ErrorShape },
): void {
  app.setErrorHandler((error, request, reply) => {
    const problem = problemOf(error, limits);
    if (problem === undefined) request.log.error({ err: error, ...idsOf(request) }, "request failed");
    return sendProblem(reply, problem ?? internalProblem(request.id), { shape, requestId: request.id });
  });
}

/** Answers a request whose address or headers the framework cannot read. */
export function refuseUnreadable(
  error: Error,
  { id }: FastifyRequest,
  { reply, shape }: { readonly reply: FastifyReply; readonly shape: ErrorShape },
): void {
  const problem = new RequestProblem("REQUEST_INVALID", error.message);
  void sendProblem(reply, problem, { shape, requestId: id });
}
