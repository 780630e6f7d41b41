import { PlatformError } from "../../base/errors";
import type { HttpFault } from "../../http/http-retry";

interface MlflowErrorFacts {
  /** MLflow's own code, `RESOURCE_DOES_NOT_EXIST` for example, when the server gave one. */
  readonly errorCode?: string | undefined;
  readonly transient: boolean;
  readonly maybeDone: boolean;
}

/** A call that failed, in words, with what the caller may have to know. */
export class MlflowError extends PlatformError {
  readonly errorCode: string | undefined;
  readonly transient: boolean;
  /** Whether the server may have done what it was asked to do. */
  readonly maybeDone: boolean;

  constructor(message: string, facts: MlflowErrorFacts, options?: { cause?: unknown }) {
    super("MLFLOW_FAILED", message, options);
    this.errorCode = facts.errorCode;
    this.transient = facts.transient;
    this.maybeDone = facts.maybeDone;
  }
}

/** Whether a call failed because what it names is not there. An address without MLflow answers 404, too, but not so. */
export function isMissing(error: unknown): boolean {
  return error instanceof MlflowError && error.errorCode === "RESOURCE_DOES_NOT_EXIST";
}

/** Whether a call failed because what it makes is there. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof MlflowError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
}

interface Said {
  readonly errorCode?: string;
  readonly message?: string;
}

const maxSaidCharacters = 300;

/** MLflow's errors are `{error_code, message}`, those of Azure `{error: {code, message}}`, a proxy's are anything. */
function readSaid(body: string | undefined): Said {
  let value: unknown;
  try {
    value = JSON.parse(body ?? "");
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
  if (typeof value !== "object" || value === null) return {};
  const { error, error_code, message } = value as Record<string, unknown>;
  const inner = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  const [code, text] = [error_code ?? inner.code, message ?? inner.message];
  return {
    ...(typeof code === "string" && { errorCode: code }),
    ...(typeof text === "string" && {
      message: text.replace(/\s+/g, " ").trim().slice(0, maxSaidCharacters),
    }),
  };
}

/** What is allowed, and what to do, by HTTP status. */
const remedies: Readonly<Record<number, string>> = {
  401: 'Expected a token that the server knows. Run "az login" for an Azure Machine Learning workspace, or set MLFLOW_TRACKING_TOKEN to a token that has not expired.',
  403: 'Expected an identity that may do this. Give it the role "AzureML Data Scientist" on the workspace, or the permission on the MLflow server; for a file, try again, as the address of an upload expires.',
  404: "Expected an MLflow server, or a thing that it has. Correct the tracking URI.",
  408: "Try again later.",
  429: "It is asked too much. Try again later.",
};

function remedyFor(status: number): string {
  const known = remedies[status];
  if (known !== undefined) return known;
  if (status >= 500) return "The fault is the server's. Look at its log, or try again later.";
  if (status >= 300 && status < 400)
    return "A redirect is not followed. Set the tracking URI to where it leads.";
  return "Correct what the server names.";
}

/** Says what failed, where, and what to do. Of an address only the origin is shown: its query may hold a signature. */
export function explainFault(fault: HttpFault, what: string, origin: string): MlflowError {
  const { status, body, transient, maybeDone, retryAfterMs } = fault.facts;
  const facts = { transient, maybeDone };
  if (status === undefined) {
    const remedy = maybeDone
      ? "Expected an answer of MLflow's REST API. Check the server and what is between, and try again."
      : "Expected an MLflow server there. Start it, or correct the tracking URI (MLOPS_REGISTRY).";
    const did = maybeDone ? "failed" : "got no connection";
    return new MlflowError(`${what} of ${origin} ${did}: ${fault.message}. ${remedy}`, facts, {
      cause: fault,
    });
  }
  const said = readSaid(body);
  const words = [said.errorCode, said.message].filter(Boolean).join(": ").replace(/\.+$/, "");
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  return new MlflowError(
    `${what} of ${origin} failed with HTTP ${status}${words && ` (${words})`}.${wait} ${remedyFor(status)}`,
    { ...facts, errorCode: said.errorCode },
    { cause: fault },
  );
}
