import { text } from "node:stream/consumers";
import type { z } from "zod";
import { PlatformError } from "../base/errors";
import { isPrivate } from "./address";
import { HttpFault } from "./http-fault";
import { explainFault, type NamedService } from "./remote-error";
import { defaultTiming, type RetryTiming } from "./retries";
import { sendRequest, type HttpRequest, type HttpResponse, type TokenSource } from "./send-request";

/** Who is called, and how. */
export interface HttpService extends NamedService {
  readonly headers?: Readonly<Record<string, string>>;
  readonly token?: TokenSource | undefined;
  readonly timing?: Partial<RetryTiming> | undefined;
  /** Whether it may be called unencrypted on another machine: only where no secret is sent. */
  readonly plain?: boolean;
  /** Ends calls, and refuses later ones, with INTERRUPTED. */
  readonly signal?: AbortSignal | undefined;
}

export interface HttpCall<T> {
  /** What is asked for, in a message: `The list of jobs`. */
  readonly what: string;
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON, or as a form. */
  readonly body?: unknown;
  /** Instead of the service's. */
  readonly token?: TokenSource;
  /** What the response's JSON has to be. */
  readonly answer: z.ZodType<T>;
  /** Whether sending it twice does no more than sending it once. A POST does, unless this says otherwise. */
  readonly idempotent?: boolean;
  /** What to do about a status, where that is not what it is for the service's other calls. */
  readonly remedies?: Readonly<Record<number, string>>;
}

/** A value, and the response that it came in. */
export interface Answered<T> {
  readonly value: T;
  readonly header: HttpResponse["header"];
}

/** A value held to a schema: what is not as expected stays so. */
function checkValue<T>(value: unknown, schema: z.ZodType<T>): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const fields = [...new Set(result.error.issues.map((issue) => issue.path.join(".") || "the top level"))];
  throw new HttpFault(
    `returned JSON that is not as documented (${fields.slice(0, 5).join(", ")})`,
    { transient: false, maybeDone: true },
    { cause: result.error },
  );
}

/** The JSON of a response, held to a schema. One that is cut short may be asked for again; one with faults stays so. */
async function readJson<T>(response: HttpResponse, schema: z.ZodType<T>): Promise<Answered<T>> {
  const { header, body } = response;
  const content = await text(body);
  const type = header("content-type");
  if (type !== undefined && !/\bjson\b/i.test(type)) {
    const facts = { transient: false, maybeDone: true };
    throw new HttpFault(`returned content of type "${type}" instead of JSON`, facts);
  }
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (cause) {
    const facts = { transient: true, maybeDone: true };
    throw new HttpFault("returned a response that is not valid JSON", facts, { cause });
  }
  return { value: checkValue(value, schema), header };
}

function bodyOf(body: unknown): Pick<HttpRequest<unknown>, "body" | "headers"> {
  if (body === undefined) return {};
  if (body instanceof URLSearchParams) {
    return { body: body.toString(), headers: { "content-type": "application/x-www-form-urlencoded" } };
  }
  return { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
}

/** Calls of a service: sent again where that is safe, held to a schema, and explained where they fail. */
export class HttpClient {
  readonly timing: RetryTiming;

  constructor(private readonly service: HttpService) {
    this.timing = { ...defaultTiming, ...service.timing };
  }

  /** A call whose response is JSON. Throws RemoteError. */
  async call<T>(call: HttpCall<T>): Promise<T> {
    return (await this.request(call, (response) => readJson(response, call.answer))).value;
  }

  /** The same, with the response's headers. */
  page<T>(call: HttpCall<T>): Promise<Answered<T>> {
    return this.request(call, (response) => readJson(response, call.answer));
  }

  /** A call of whose response only the status matters. */
  async tell(call: Omit<HttpCall<unknown>, "answer">): Promise<void> {
    await this.request(call, (response) => text(response.body));
  }

  private request<T>(
    call: Omit<HttpCall<unknown>, "answer">,
    read: (response: HttpResponse) => Promise<T>,
  ): Promise<T> {
    const { method, url, idempotent = method !== "POST" } = call;
    const { body, headers } = bodyOf(call.body);
    return this.send(call, {
      method,
      url,
      headers: { ...this.service.headers, ...headers, ...call.headers },
      ...(body !== undefined && { body }),
      token: call.token ?? this.service.token,
      read,
      idempotent,
    });
  }

  /** Sends a request that is not one of JSON. Throws RemoteError. */
  async send<T>(
    { what, remedies }: Pick<HttpCall<T>, "what" | "remedies">,
    request: HttpRequest<T>,
    timeoutMs = this.timing.timeoutMs,
  ): Promise<T> {
    const { plain = false, signal } = this.service;
    const { url } = request;
    if (!plain && !isPrivate(url)) {
      throw new PlatformError(
        "SETTINGS_INVALID",
        `${new URL(url).origin} is not encrypted, so nothing secret is sent to it. Expected https://. Correct the address.`,
      );
    }
    try {
      return await sendRequest({ ...request, signal }, { ...this.timing, timeoutMs });
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      throw explainFault(error, { what, url, remedies }, this.service);
    }
  }
}
