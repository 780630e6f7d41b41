import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PlatformError, stackOf, type ErrorCode } from "../../../platform/base/errors";
import { healthPaths } from "../../../platform/http/health-paths";
import { messageLines } from "../../report/html";
import { cookieName, isSame, readCookie, type AccessKey, type Entrance } from "./access";
import { renderPage } from "./page";

/** Scripts of its own alone; styles in the page, as plots have them; forms to itself; no other site may frame it. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'unsafe-inline'",
  "connect-src 'self'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

const headers = {
  "content-security-policy": policy,
  "x-content-type-options": "nosniff",
  // Not less: without it, browsers do not say which page a form was sent from.
  "referrer-policy": "same-origin",
  "cache-control": "no-store",
  // A page of another port of this machine is of the same site, and gets the cookie along with what it embeds.
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
} as const;

/** What became of a request that failed, where more can be said than that nothing was done. */
const titles: Partial<Record<ErrorCode, string>> = {
  NOT_FOUND: "Not found",
  NOT_SERVING: "Nothing serves now",
};

interface Refusal {
  readonly status: number;
  readonly title: string;
  readonly text: string;
}

/** The path of an address, of this site: two slashes, backslashes among them, or a whole address would lead to another one. */
function ownPath(url: string): string {
  const [path = "/"] = url.split("?");
  return path.startsWith("/") ? path.replace(/^[/\\]+/, "/") : "/";
}

/** What changes nothing, from wherever it comes. */
const readMethods: readonly string[] = ["GET", "HEAD"];

function refuse(reply: FastifyReply, { status, title, text }: Refusal, { hasPages }: Entrance): FastifyReply {
  const page = renderPage({
    title,
    ...(hasPages && { crumbs: [] }),
    content: messageLines(text),
  });
  return reply.code(status).type("text/html; charset=utf-8").send(page);
}

/** Answers addresses that are none, for which there is no route and no hook: they say nothing to whom they are not open. */
export function refuseAddress(
  entrance: Entrance,
): (error: { readonly statusCode?: number }, request: FastifyRequest, reply: FastifyReply) => void {
  return ({ statusCode = 400 }, _request, reply) => {
    void reply.headers(headers);
    const text =
      "The address is none of a page: it is too long, or wrongly encoded. Go back, and follow a link.";
    refuse(reply, { status: statusCode, title: "Refused", text }, { ...entrance, hasPages: false });
  };
}

function refusalOf(error: unknown, { explain }: Entrance): Refusal {
  if (error instanceof PlatformError) {
    const text = explain(error);
    if (text !== error.message) process.stderr.write(`${error.code}: ${error.message}\n`);
    return { status: error.status, title: titles[error.code] ?? "This was not done", text };
  }
  const {
    statusCode = 500,
    message,
    code,
  } = Object(error) as {
    statusCode?: number;
    message?: string;
    code?: string;
  };
  // Its client has gone, and reads nothing.
  if (code === "ECONNRESET") return { status: 400, title: "Refused", text: "" };
  if (statusCode < 500) return { status: statusCode, title: "Refused", text: message ?? "" };
  process.stderr.write(`${stackOf(error)}\n`);
  const text = "Please report it with the lines that the dashboard has printed.";
  return { status: 500, title: "This is a bug", text };
}

/**
 * Lets in whoever has the key of this process, from pages of its own alone: loopback is open to every user of the machine, and to every
 * page that a browser on it shows.
 */
export function addGuard(
  app: FastifyInstance,
  { key }: AccessKey,
  { entrance, portOf }: { readonly entrance: Entrance; readonly portOf: () => number },
): void {
  if (entrance.whoIs !== undefined) {
    // App Service asks without a name of who is signed in, and learns nothing else; infra/components/web/hosted-app.ts tells it where.
    app.get(healthPaths.alive, (_request, reply) =>
      reply.type("text/plain; charset=utf-8").send("It answers.\n"),
    );
  }
  app.addHook("onRequest", async (request: FastifyRequest<{ Querystring: { key?: string } }>, reply) => {
    reply.headers(headers);
    const { host, origin, cookie } = request.headers;
    const port = portOf();
    if (!entrance.isHost(host, port)) {
      const text = `It was asked for as "${host ?? ""}". Expected 127.0.0.1:${port} or localhost:${port}, or the address that it is published at.`;
      return refuse(reply, { status: 421, title: "Not this address", text }, entrance);
    }
    if (!readMethods.includes(request.method) && !entrance.isOrigin(origin, host)) {
      const text =
        "The form was not sent from a page of this site. Open the page again, and send it from there.";
      return refuse(reply, { status: 403, title: "Refused", text }, entrance);
    }
    if (entrance.whoIs !== undefined) {
      if (request.routeOptions.url === healthPaths.alive) return undefined;
      if (entrance.whoIs(request.headers) !== undefined) return undefined;
      return refuse(reply, { status: 401, title: "Who are you?", text: entrance.keyHint }, entrance);
    }
    const { key: given } = request.query;
    if (typeof given === "string" && isSame(given, key)) {
      const secure = entrance.isSecure ? "; Secure" : "";
      reply.header("set-cookie", `${cookieName(port)}=${key}; HttpOnly; SameSite=Lax; Path=/${secure}`);
      return reply.redirect(ownPath(request.url), 303);
    }
    if (isSame(readCookie(cookie, cookieName(port)) ?? "", key)) return undefined;
    return refuse(reply, { status: 401, title: "Who are you?", text: entrance.keyHint }, entrance);
  });
  app.setErrorHandler((error, _request, reply) => refuse(reply, refusalOf(error, entrance), entrance));
  app.setNotFoundHandler((request, reply) => {
    const text = `There is no page at ${request.url.split("?")[0] ?? ""}.`;
    return refuse(reply, { status: 404, title: "Not found", text }, entrance);
  });
}
