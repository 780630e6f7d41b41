import pino, { type Logger } from "pino";
import { requestLines, type RequestLine } from "../../../scoring/telemetry/request-lines";

const line: RequestLine = {
  requestId: "6d3a5f1e-2b9c-4d7a-8e21-0c4f9b7a1d53",
  traceId: "0af7651916cd43dd8448eb211c80319c",
  method: "POST",
  status: 200,
  ms: 1.283,
  rows: 2,
  problem: undefined,
};
const common = { route: '/v2/models/"x"', model: "größer:1" };

function logger(level: string): { log: Logger; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: pino({ level }, { write: (text: string) => lines.push(text) }) };
}

test.each([
  ["scored", line],
  ["refused", { ...line, status: 422, rows: undefined, problem: "INPUT_INVALID" }],
  ["with the strangest id that is one", { ...line, requestId: '!"#\\~', ms: 0 }],
])("the line of a request that was %s is what pino writes", (_what, each) => {
  const { log, lines } = logger("info");
  requestLines(log, common)(each);
  log.child(common).info(each, "request");
  const timeless = lines.map((text) => text.replace(/"time":\d{13},/, ""));
  expect(lines).toHaveLength(2);
  expect(timeless[0]).toBe(timeless[1]);
  expect(timeless[0]).not.toContain("time");
  expect(JSON.parse(lines[0] ?? "")).toMatchObject({ time: expect.closeTo(Date.now(), -4) as number });
});

test("nothing is written above the level of requests", () => {
  const { log, lines } = logger("warn");
  requestLines(log, common)(line);
  expect(lines).toEqual([]);
});
