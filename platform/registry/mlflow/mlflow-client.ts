import type { z } from "zod";
import { PlatformError } from "../../base/errors";
import { HttpClient } from "../../http/http-client";
import { RemoteError } from "../../http/remote-error";
import { assertNotInterrupted, pauseUnless, type RetryTiming } from "../../http/retries";
import type { HttpRequest, TokenSource } from "../../http/send-request";
import type { MlflowAddress } from "../../settings/mlflow-address";
import { mayGetToken, parseTrackingUri } from "../../settings/mlflow-address";
import { mlflowRemedy } from "./mlflow-failures";
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

/** Calls of MLflow's REST API. */
export class MlflowClient {
  readonly address: MlflowAddress;
  /** For requests to the server outside the JSON API. */
  readonly token: TokenSource | undefined;
  private readonly signal: AbortSignal | undefined;
  private readonly http: HttpClient;

  constructor({ trackingUri, token, timing, signal }: MlflowConnection) {
    this.address = parseTrackingUri(trackingUri);
    this.signal = signal;
    this.token = token ?? tokensFor(this.address, process.env);
    if (this.token !== undefined && !mayGetToken(this.address)) {
      throw new PlatformError(
        "SETTINGS_INVALID",
        `${this.address.origin} is not encrypted, so no token is sent to it. Expected https:// for a server on another machine. Correct the tracking URI, or unset MLFLOW_TRACKING_TOKEN.`,
      );
    }
    this.http = new HttpClient({
      name: "MLflow",
      code: "MLFLOW_FAILED",
      token: this.token,
      plain: this.token === undefined,
      remedy: mlflowRemedy,
      timing,
      signal,
    });
  }

  call<T>({ path, query, idempotent = true, ...call }: JsonCall<T>): Promise<T> {
    const { origin, base } = this.address;
    const url = new URL(path.startsWith("/") ? `${origin}${path}` : `${base}/api/2.0/mlflow/${path}`);
    for (const [key, value] of Object.entries(query ?? {})) url.searchParams.set(key, value);
    return this.http.call({ ...call, what: path, url: url.href, idempotent });
  }

  /** Sends a request outside the JSON API; `what` names it in a message. */
  send<T>(what: string, request: HttpRequest<T>, timeoutMs: number): Promise<T> {
    return this.http.send({ what }, request, timeoutMs);
  }

  /** Waits between two looks at the server. */
  pause(pauseMs: number): Promise<void> {
    return pauseUnless(this.signal, pauseMs);
  }

  /**
   * Makes a thing that must not be made twice. When a response is lost, it is looked for, by what only this request has,
   * before it is asked for again. `find` is asked again at the end: of two that were made after all, it gives one.
   */
  async makeOnce<T>(make: () => Promise<T>, find: () => Promise<T | undefined>): Promise<T> {
    const { firstPauseMs, maxPauseMs, attempts } = this.http.timing;
    for (let attempt = 1, lost = false; ; attempt += 1) {
      try {
        const made = await make();
        return lost ? ((await find()) ?? made) : made;
      } catch (error) {
        if (!(error instanceof RemoteError) || !error.maybeDone) throw error;
        lost = true;
        assertNotInterrupted(this.signal);
        await this.pause(Math.min(firstPauseMs * 2 ** attempt, maxPauseMs));
        const found = await find();
        if (found !== undefined) return found;
        if (!error.transient || attempt >= attempts) throw error;
      }
    }
  }
}
