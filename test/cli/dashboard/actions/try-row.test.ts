import { createServer, type Server } from "node:http";
import { rowOf, tryRow } from "../../../../cli/dashboard/actions/try-row";
import type { Signature } from "../../../../platform/model/signature";
import { listen } from "../../../../platform/http/listening";

const signature: Signature = {
  task: "regression",
  inputs: [
    { name: "size", type: "number", nullable: false },
    { name: "sold", type: "boolean", nullable: true },
    { name: "town", type: "category", nullable: true },
  ],
  target: { name: "price" },
};

test.each([
  [
    { size: "12.5", sold: "true", town: "A" },
    { size: 12.5, sold: true, town: "A" },
  ],
  [
    { size: " 7 ", sold: "", town: "" },
    { size: 7, sold: null, town: null },
  ],
  // What is no number goes on as it is: the service says what is wrong with it.
  [
    { size: "big", sold: "maybe", town: "12" },
    { size: "big", sold: "maybe", town: "12" },
  ],
  [{}, { size: null, sold: null, town: null }],
])("the fields %j are the row %j", (values: Record<string, string>, row) => {
  expect(rowOf(signature, values)).toEqual(row);
});

describe("a row that is sent to a service", () => {
  let server: Server;
  let url: string;
  let answers: { status: number; body: unknown }[];
  let asked: string[];
  beforeEach(async () => {
    asked = [];
    server = createServer((request, response) => {
      asked.push(`${request.url} ${String(request.headers["x-key"])}`);
      const { status, body } = answers.shift() ?? { status: 500, body: {} };
      response.writeHead(status, { "content-type": "application/json" });
      response.end(typeof body === "string" ? body : JSON.stringify(body));
    });
    url = `http://127.0.0.1:${await listen(server, { host: "127.0.0.1", port: 0 })}`;
  });
  afterEach(() => server.close());

  const ask = () => tryRow({ url, headers: { "x-key": "k" } }, { size: 1 });

  test("has its prediction with what each feature adds", async () => {
    answers = [
      {
        status: 200,
        body: { result: [12], explanation: { scale: "prediction", base: 1, contributions: [{ size: -3 }] } },
      },
    ];
    expect(await ask()).toEqual({
      prediction: 12,
      contributions: [{ feature: "size", adds: -3 }],
      scale: "prediction",
    });
    expect(asked).toEqual(["/score?explain=true k"]);
  });

  test("has its prediction alone where the model cannot explain; probabilities by the names of classes", async () => {
    answers = [
      { status: 400, body: { detail: "no explanation" } },
      { status: 200, body: { result: ["yes"], classes: ["no", "yes"], probabilities: [[0.25, 0.75]] } },
    ];
    expect(await ask()).toEqual({
      prediction: "yes",
      probabilities: [
        { name: "no", probability: 0.25 },
        { name: "yes", probability: 0.75 },
      ],
    });
  });

  test.each([
    [{ status: 400, body: { detail: "Row 0 is wrong." } }, "400: Row 0 is wrong."],
    [{ status: 503, body: "<html>" }, "503: <html>"],
    [{ status: 500, body: {} }, "500: Refused."],
  ])("is refused with the reason of %j", async (answer, fault) => {
    answers = [answer, answer];
    expect(await ask()).toEqual({ fault });
  });

  test("says so when the answer is another, or there is none", async () => {
    answers = [{ status: 200, body: { result: "?" } }];
    expect(await ask()).toMatchObject({ fault: expect.stringContaining("not understood") });
    server.close();
    server.closeAllConnections();
    expect(await ask()).toMatchObject({ fault: expect.stringContaining("did not answer") });
  });
});
