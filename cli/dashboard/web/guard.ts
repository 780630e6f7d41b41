import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { PlatformError } from "../../../platform/base/errors";
import { html } from "../../report/html";
import { cookieName, isOwnHost, isOwnOrigin, isSame, readCookie, type AccessKey } from "./access";
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
} as const;

function refuse(reply: FastifyReply, status: number, title: string, text: string): FastifyReply {
  const page = renderPage({ title, crumbs: [], content: html`<p class="lines">${text}</p>` });
  return reply.code(status).type("text/html; charset=utf-8").send(page);
}

function sendStatus(reply: FastifyReply, error: unknown): FastifyReply {
  if (error instanceof PlatformError) {
    const status = { NOT_FOUND: 404, CONFLICT: 409, USAGE: 400 }[error.code as string] ?? 500;
    return refuse(reply, status, status === 404 ? "Not found" : "This was not done", error.message);
  }
  const { statusCode = 500, message } = Object(error) as { statusCode?: number; message?: string };
  if (statusCode < 500) return refuse(reply, statusCode, "Refused", message ?? "");
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  return refuse(
    reply,
    500,
    "This is a bug",
    "Please report it with the lines that the dashboard has printed.",
  );
}

/**
 * Lets in whoever has the key of this process, from pages of its own alone: loopback is open to every user of the machine, and to every
 * page that a browser on it shows.
 */
export function addGuard(app: FastifyInstance, { key }: AccessKey, portOf: () => number): void {
  app.addHook("onRequest", async (request: FastifyRequest<{ Querystring: { key?: string } }>, reply) => {
    reply.headers(headers);
    const { host, origin, cookie } = request.headers;
    const port = portOf();
    if (!isOwnHost(host, port)) {
      const text = `The dashboard was asked for as "${host ?? ""}". Expected 127.0.0.1:${port} or localhost:${port}.`;
      return refuse(reply, 421, "Not this address", text);
    }
    if (request.method !== "GET" && !isOwnOrigin(origin, host)) {
      const text =
        "The form was not sent from a page of this dashboard. Open the page again, and send it from there.";
      return refuse(reply, 403, "Refused", text);
    }
    const { key: given } = request.query;
    if (typeof given === "string" && isSame(given, key)) {
      reply.header("set-cookie", `${cookieName(port)}=${key}; HttpOnly; SameSite=Lax; Path=/`);
      const [path = "/"] = request.url.split("?");
      return reply.redirect(path, 303);
    }
    if (isSame(readCookie(cookie, cookieName(port)) ?? "", key)) return undefined;
    const text =
      "Open the address that `mlops dashboard` has printed when it began: it holds a key. A dashboard that was started again has another one.";
    return refuse(reply, 401, "Who are you?", text);
  });
  app.setErrorHandler((error, _request, reply) => sendStatus(reply, error));
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, 404, "Not found", `There is no page at ${request.url.split("?")[0] ?? ""}.`),
  );
}
