import type { z } from "zod";
import { PlatformError } from "../../base/errors";
import type { HttpRequest, RetryTiming } from "../../http/http-retry";
import {
  HttpFault,
  assertNotInterrupted,
  defaultTiming,
  pauseUnless,
  sendWithRetries,
} from "../../http/http-retry";
import { readJsonAnswer } from "../../http/json-answer";
import type { MlflowAddress } from "../../settings/mlflow-address";
import { mayGetToken, parseTrackingUri } from "../../settings/mlflow-address";
import { MlflowError, explainFault } from "./mlflow-error";
import type { TokenSource } from "./mlflow-token";
import { tokensFor } from "./mlflow-token";

/** How a server is reached. */
export interface MlflowConnection {
  /** `http(s)://...`, or `azureml://...` of an Azure Machine Learning workspace. */
  readonly trackingUri: string;
  /** Tokens instead of those that `tokensFor` finds. */
  readonly token?: TokenSource;
  readonly timing?: Partial<RetryTiming>;
  /** Ends what is asked for, and refuses what would be asked later, with INTERRUPTED. */
  readonly signal?: AbortSignal;
}

/** A call to a server, as its JSON API has it. */
export interface JsonCall<T> {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  /** From the server's root: `/history/v1.0/...`; or a call of MLflow's API, without a slash: `runs/get`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly answer: z.ZodType<T>;
  /** False for what makes a new thing each time. */
  readonly idempotent?: boolean;
}

async function readJson<T>(response: Response, schema: z.ZodType<T>): Promise<T> {
  const type = response.headers.get("content-type") ?? "";
  if (/\bjson\b/i.test(type)) return readJsonAnswer(response, schema);
  throw new HttpFault(`content of type "${type}"`, { transient: false, maybeDone: true });
}

/** Calls of MLflow's REST API: retried where that is safe, and explained where they fail. */
export class MlflowClient {
  readonly address: MlflowAddress;
  private readonly token: TokenSource | undefined;
  private readonly timing: RetryTiming;
  private readonly signal: AbortSignal | undefined;
  private sentToken = "";

  constructor({ trackingUri, token, timing, signal }: MlflowConnection) {
    this.address = parseTrackingUri(trackingUri);
    this.signal = signal;
    this.token = token ?? tokensFor(this.address, process.env);
    this.timing = { ...defaultTiming, ...timing };
    if (this.token !== undefined && !mayGetToken(this.address)) {
      throw new PlatformError(
        "SETTINGS_INVALID",
        `${this.address.origin} is not encrypted, so no token is sent to it. Expected https:// for a server on another machine. Correct the tracking URI, or unset MLFLOW_TRACKING_TOKEN.`,
      );
    }
  }

  call<T>({ method, path, query, body, answer, idempotent = true }: JsonCall<T>): Promise<T> {
    const { origin, base } = this.address;
    const url = new URL(path.startsWith("/") ? `${origin}${path}` : `${base}/api/2.0/mlflow/${path}`);
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
    const init = async (): Promise<RequestInit> => ({
      method,
      headers: {
        ...(await this.authorization()),
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return this.send(path, {
      url: url.href,
      init,
      read: (response) => readJson(response, answer),
      idempotent,
    });
  }

  /** Sends a request that is none of the JSON API; `what` names it in a message. */
  async send<T>(what: string, request: HttpRequest<T>, timeoutMs = this.timing.timeoutMs): Promise<T> {
    for (let renewed = false; ; renewed = true) {
      try {
        return await sendWithRetries({ ...request, signal: this.signal }, { ...this.timing, timeoutMs });
      } catch (error) {
        if (!(error instanceof HttpFault)) throw error;
        // Who is refused has done nothing yet, so what must not be done twice may be sent again.
        if (!renewed && error.facts.status === 401 && (await this.hasOtherToken())) continue;
        throw explainFault(error, what, new URL(request.url).origin);
      }
    }
  }

  /** Waits between two looks at the server. */
  pause(pauseMs: number): Promise<void> {
    return pauseUnless(this.signal, pauseMs);
  }

  async authorization(): Promise<Record<string, string>> {
    if (this.token === undefined) return {};
    this.sentToken = await this.token();
    return { authorization: `Bearer ${this.sentToken}` };
  }

  /** Whether there is another token than the one that was refused. */
  private async hasOtherToken(): Promise<boolean> {
    const refused = this.sentToken;
    return this.token !== undefined && (await this.token(refused)) !== refused;
  }

  /**
   * Makes a thing that must not be made twice. When a reply is lost, it is looked for, by what only this request has,
   * before it is asked for again. `find` is asked again at the end: of two that were made after all, it gives one.
   */
  async makeOnce<T>(make: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
    for (let attempt = 1, lost = false; ; attempt += 1) {
      try {
        const made = await make();
        return lost ? ((await find()) ?? made) : made;
      } catch (error) {
        if (!(error instanceof MlflowError) || !error.maybeDone) throw error;
        lost = true;
        assertNotInterrupted(this.signal);
        await this.pause(Math.min(this.timing.firstPauseMs * 2 ** attempt, this.timing.maxPauseMs));
        const found = await find();
        if (found !== undefined) return found;
        if (!error.transient || attempt >= this.timing.attempts) throw error;
      }
    }
  }
}
