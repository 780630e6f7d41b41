import { readText, rooms, sourceFiles } from "./sources";

/** Files that may send requests by themselves, each with its reason in the table of the decision. */
const allowed = [
  ...(readText("docs/decisions/0035-one-http-client-for-every-service.md") ?? "").matchAll(
    /^\| `([^`]+\.ts)` +\| \S.*\|$/gm,
  ),
].map(([, file = ""]) => file);

/** Whether a file sends requests without platform/http/: by fetch(), or by a function of Node.js; to serve and to name types is no call. */
function sends(text: string): boolean {
  if (/(?<![.\w])fetch\(/.test(text.replace(/^.*\basync fetch\(.*$/gm, ""))) return true;
  const imports = [...text.matchAll(/^import (?!type )([^;]*?) from "node:https?";/gm)];
  return imports.some(([, names = ""]) => !names.startsWith("{") || /[{,] *(request|get)\b/.test(names));
}

// What measures asks as a client does, with what a client has.
const files = sourceFiles(rooms.filter((room) => room !== "bench"));

test("requests are sent by one client, but for the files that the decision names", () => {
  expect(files.filter((file) => sends(readText(file) ?? "")).sort()).toEqual([...allowed].sort());
});

test.each([
  ["const answer = await fetch(url);", true],
  ["  return void fetch(`${url}/score`, { method });", true],
  ['import http, { type Agent } from "node:http";\n', true],
  ['import { request as requestHttp } from "node:http";\n', true],
  ['import { Agent, request } from "node:https";\n', true],
  ['import { createServer } from "node:http";\n', false],
  ['import type { IncomingMessage } from "node:http";\n', false],
  ["  private async fetch(): Promise<void> {", false],
  ["await this.answer(operation.fetch());", false],
])("%j sends requests: %s", (text, expected) => {
  expect(sends(text)).toBe(expected);
});
