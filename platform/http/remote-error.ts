import { PlatformError, type ErrorCode } from "../base/errors";
import { withoutPeriod } from "../base/wording";
import type { FaultHeaders, HttpFault } from "./http-fault";

/** A call to a service that failed, in words, with what the caller may have to know. */
export class RemoteError extends PlatformError {
  /** Absent without a response. */
  readonly httpStatus: number | undefined;
  /** Of the response, as far as they say how to go on. */
  readonly headers: FaultHeaders;
  /** The service's own code, `RESOURCE_DOES_NOT_EXIST` for example, when it gave one. */
  readonly errorCode: string | undefined;
  /** Whether the same call may succeed later. */
  readonly transient: boolean;
  /** Whether the service may have done what it was asked to do. */
  readonly maybeDone: boolean;

  constructor(code: ErrorCode, message: string, fault: HttpFault, errorCode?: string) {
    super(code, message, { cause: fault });
    this.httpStatus = fault.facts.status;
    this.headers = fault.facts.headers ?? {};
    this.errorCode = errorCode;
    this.transient = fault.facts.transient;
    this.maybeDone = fault.facts.maybeDone;
  }
}

/** A failure as a service's remedies look at it. */
export interface Failure {
  /** Absent without a response. */
  readonly status: number | undefined;
  /** What the service says about it; empty when it says nothing. */
  readonly said: string;
  readonly maybeDone: boolean;
}

/** Who is called, as far as its failures are put into words. */
export interface NamedService {
  /** In messages: `Azure DevOps`. */
  readonly name: string;
  /** The code of its failures. */
  readonly code: ErrorCode;
  /** What to do about a failure, where that is not what it is everywhere. */
  readonly remedy?: (failure: Failure) => string | undefined;
  /** Takes secrets out of what the service says; `() => ""` where all of it may be one. */
  readonly mask?: (said: string) => string;
}

const maxSaidCharacters = 400;

interface Said {
  readonly errorCode?: string | undefined;
  readonly words: string;
}

/** As one line, without the full stop: it becomes a part of a sentence. */
const asPart = (words: string): string =>
  withoutPeriod(words.replace(/\s+/g, " ").trim()).slice(0, maxSaidCharacters);

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * Errors of MLflow are `{error_code, message}`, those of Azure and Teams `{error: {code, message}}`, those of Azure DevOps
 * and GitHub `{message}`, Slack's a word; what stands between may answer with anything, which is not repeated.
 */
export function readSaid(body: string): Said {
  const value = parse(body);
  if (typeof value !== "object" || value === null) {
    return { words: asPart(/^[\w ]{1,60}$/.exec(body.trim())?.[0] ?? "") };
  }
  const { error, error_code, message } = value as Record<string, unknown>;
  const inner = (typeof error === "object" && error !== null ? error : {}) as Record<string, unknown>;
  const [errorCode, said] = [error_code ?? inner.code, message ?? inner.message].map((each) =>
    typeof each === "string" ? each : undefined,
  );
  return { errorCode, words: asPart([errorCode, said].filter(Boolean).join(": ")) };
}

function commonRemedy({ status }: Failure): string {
  if (status === undefined) return "Check the network and its proxy (HTTPS_PROXY), and try again.";
  if (status >= 300 && status < 400) return "Redirects are not followed. Correct the address.";
  if (status === 409) return "It was changed in the meantime. Try again.";
  if (status === 429) return "It is receiving too many requests. Try again later.";
  if (status === 408 || status >= 500) return "The fault is on its side. Try again later.";
  return "Correct what it names.";
}

/** A fault in words: what failed, where, what the service says, and what to do. Of an address only the host is shown. */
export function explainFault(
  fault: HttpFault,
  {
    what,
    url,
    remedies,
  }: { what: string; url: string; remedies?: Readonly<Record<number, string>> | undefined },
  { name, code, remedy, mask }: NamedService,
): RemoteError {
  const { status, body = "", maybeDone, retryAfterMs } = fault.facts;
  const { errorCode, words } = readSaid(body);
  const said = mask === undefined ? words : mask(words);
  const failure = { status, said, maybeDone };
  const wait = retryAfterMs === undefined ? "" : ` It asks to wait ${Math.ceil(retryAfterMs / 1000)} s.`;
  const mend = (status && remedies?.[status]) ?? remedy?.(failure) ?? commonRemedy(failure);
  return new RemoteError(
    code,
    `${what} failed: ${name} (${new URL(url).host}) ${fault.message}${said && ` (${said})`}.${wait} ${mend}`,
    fault,
    errorCode,
  );
}
