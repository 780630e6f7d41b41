/** Every code a client of the service may meet, with its HTTP status and title. Codes never change; titles may. */
export const problems = {
  BODY_INVALID: { status: 400, title: "The body is not a JSON document the service understands" },
  INPUT_INVALID: { status: 400, title: "The rows do not fit the model's signature" },
  TRACK_UNKNOWN: { status: 400, title: "The track asked for does not exist" },
  NOT_EXPLAINABLE: { status: 400, title: "The model's predictions cannot be explained" },
  UNAUTHORIZED: { status: 401, title: "The caller is not authenticated" },
  FORBIDDEN: { status: 403, title: "The caller may not do this" },
  NOT_FOUND: { status: 404, title: "There is nothing at this address" },
  METHOD_NOT_ALLOWED: { status: 405, title: "The address does not accept this method" },
  BODY_TOO_LARGE: { status: 413, title: "The body is too large" },
  TOO_MANY_ROWS: { status: 413, title: "The request has too many rows" },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, title: "The service does not accept this type of body" },
  REQUEST_ID_TOO_LONG: { status: 431, title: "The request's id is too long" },
  REQUEST_INVALID: { status: 400, title: "The request is not valid HTTP for this service" },
  INTERNAL: { status: 500, title: "The service failed" },
  BUSY: { status: 503, title: "The service is busy" },
  AUTH_UNAVAILABLE: { status: 503, title: "The caller cannot be authenticated at the moment" },
  NOT_READY: { status: 503, title: "The service is not ready" },
  TIMEOUT: { status: 503, title: "The request took too long" },
} as const;

export type ProblemCode = keyof typeof problems;

/** A fault of one field of one row. */
export interface FieldFault {
  /** Row counted from 0, as in the JSON array; absent when it is a fault of the feature in every row. */
  readonly row?: number;
  /** Feature concerned; absent when it is the row itself. */
  readonly field?: string;
  readonly message: string;
}

/**
 * Why a limit refused a request: the queue is full, the wait or the run too long, the event loop late, the client gone, or
 * no room for its body or for one more answer.
 */
export type RefusalReason =
  "queue-full" | "queue-deadline" | "timeout" | "lag" | "gone" | "body-room" | "answer-room";

/** A request that is answered with a problem instead of predictions; its message is shown to the client. */
export class RequestProblem extends Error {
  constructor(
    readonly code: ProblemCode,
    message: string,
    readonly details: {
      readonly errors?: readonly FieldFault[];
      readonly headers?: Readonly<Record<string, string>>;
      /** Why a limit refused it, for the metrics; not shown. */
      readonly reason?: RefusalReason;
    } = {},
  ) {
    super(message);
    this.name = "RequestProblem";
  }

  get status(): number {
    return problems[this.code].status;
  }
}

/** An answer as RFC 9457 describes it. */
export interface ProblemBody {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
  readonly errors?: readonly FieldFault[];
  readonly requestId: string;
}

export const problemContentType = "application/problem+json; charset=utf-8";

/** The body of a problem's answer. `type` is a URN, as there is no page to point to. */
export function problemBody(problem: RequestProblem, requestId: string): ProblemBody {
  const { status, title } = problems[problem.code];
  const { errors } = problem.details;
  return {
    type: `urn:mlops:problem:${problem.code.toLowerCase().replaceAll("_", "-")}`,
    title,
    status,
    detail: problem.message,
    code: problem.code,
    ...(errors && { errors }),
    requestId,
  };
}

/** What a client is told of a failure that is not its own: nothing but the id under which the log has the cause. */
export function internalProblem(requestId: string): RequestProblem {
  return new RequestProblem("INTERNAL", `The service failed. Ask its operator about request ${requestId}.`);
}
