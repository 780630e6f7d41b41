import type { FastifyReply } from "fastify";
import { renderPage, type Page } from "./page";

/** Answers with a page. */
export function sendPage(reply: FastifyReply, page: Page): FastifyReply {
  return reply.type("text/html; charset=utf-8").send(renderPage(page));
}
