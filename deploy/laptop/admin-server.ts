import { timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { z } from "zod";
import { releaseSchema, trafficSchema } from "../../platform/release/deployment";
import { PlatformError, explainStorageError, reasonOf, type ErrorCode } from "../../platform/base/errors";
import { digestOf } from "../../platform/base/files";
import { faultsOf } from "../../platform/base/stored-record";
import type { Environment, LiveStatus } from "./environment";

interface AdminServerOptions {
  readonly environment: Environment;
  /** The bearer token that callers must show. */
  readonly token: string;
  /** Base URL of the public listener. */
  readonly url: string;
  /** Ends the gateway; called after the answer is sent. */
  readonly stop: () => void;
}

/** What the admin API answers when it is done. */
export type AdminStatus = LiveStatus & { readonly url: string };

/** What it answers when it is not. */
interface AdminFault {
  readonly code: ErrorCode | "UNAUTHORIZED";
  readonly message: string;
}

const deploySchema = z.strictObject({ release: releaseSchema, traffic: trafficSchema });
const weightSchema = z.strictObject({ traffic: trafficSchema });

const maxBodyBytes = 100_000;

async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  let text = "";
  for await (const chunk of request.setEncoding("utf8") as AsyncIterable<string>) {
    text += chunk;
    if (text.length > maxBodyBytes) {
      throw new PlatformError(
        "USAGE",
        `The body has more than ${maxBodyBytes} characters. No request to the admin API needs that many. Send a shorter one.`,
      );
    }
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw new PlatformError(
      "USAGE",
      "The body is not JSON. The admin API expects a JSON object. Correct the body.",
      { cause },
    );
  }
}

function parse<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw new PlatformError("USAGE", `The request is not valid: ${faultsOf(result.error, "body").join("; ")}.`);
}

/** Compared by digest, in constant time, so that nothing can be learnt of the token from the time it takes. */
function isAuthorized(request: IncomingMessage, token: string): boolean {
  const given = Buffer.from(digestOf(request.headers.authorization ?? ""));
  return timingSafeEqual(given, Buffer.from(digestOf(`Bearer ${token}`)));
}

function send(response: ServerResponse, status: number, body: AdminStatus | AdminFault): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
}

async function act(request: IncomingMessage, environment: Environment): Promise<void> {
  switch (`${request.method} ${request.url}`) {
    case "GET /status":
    case "POST /stop":
      return;
    case "POST /deploy": {
      const { release, traffic } = parse(deploySchema, await readJsonBody(request));
      return environment.deploy(release, traffic);
    }
    case "POST /weight":
      return environment.weight(parse(weightSchema, await readJsonBody(request)).traffic);
    case "POST /promote":
      return environment.promote();
    case "POST /rollback":
      return environment.rollback();
    default:
      throw new PlatformError(
        "NOT_FOUND",
        `The admin API has no ${request.method} ${request.url}. It has GET /status and POST /deploy, /weight, /promote, /rollback and /stop. Use one of them.`,
      );
  }
}

async function handle(
  request: IncomingMessage,
  response: ServerResponse,
  { environment, token, url, stop }: AdminServerOptions,
): Promise<void> {
  if (!isAuthorized(request, token)) {
    send(response, 401, { code: "UNAUTHORIZED", message: "The bearer token in gateway.json is required." });
    return;
  }
  try {
    await act(request, environment);
    send(response, 200, { ...environment.status(), url });
    if (request.url === "/stop") response.once("close", stop);
  } catch (thrown) {
    const error = explainStorageError(thrown);
    if (error instanceof PlatformError) {
      send(response, error.status, { code: error.code, message: error.message });
    } else {
      send(response, 500, { code: "DEPLOYMENT_FAILED", message: reasonOf(error) });
    }
  }
}

/** The gateway's listener for its operator, not listening yet. Every answer is the status, or what went wrong. */
export function createAdminServer(options: AdminServerOptions): Server {
  return createServer((request, response) => void handle(request, response, options));
}
