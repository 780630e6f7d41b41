import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import timers from "node:timers/promises";
import { describeStage, trafficFor } from "../../../cli/steps/canary-step";
import type { RunContext } from "../../../cli/steps/step";

// The module itself: what is imported of it is not what others of its users get.
const releaseSteps =
  require("../../../cli/steps/release-steps") as typeof import("../../../cli/steps/release-steps");

const waits: number[] = [];
let server: Server;
let url: string;
let marks: (string | undefined)[];

beforeEach(async () => {
  waits.length = 0;
  jest.spyOn(releaseSteps, "scoringBodies").mockResolvedValue(['{"data":[]}']);
  jest.spyOn(timers, "setTimeout").mockImplementation((ms = 0) => {
    waits.push(ms);
    return Promise.resolve();
  });
  marks = [];
  server = createServer((request, response) => {
    marks.push(request.headers["x-test"]?.toString());
    request.resume().on("end", () => response.end("{}"));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  jest.restoreAllMocks();
  await new Promise((resolve) => server.close(resolve));
});

/** A release's context where production serves, or does not yet, and has clients, or has none. */
const context = (hasClients: boolean, serves: boolean) =>
  ({
    session: { signal: new AbortController().signal, environments: { production: "prod" } },
    definition: { name: "diabetes" },
    target: {
      hasClients,
      access: () => Promise.resolve({ headers: { "x-test": "ours" } }),
      deployer: { status: () => Promise.resolve(serves ? { stable: { model: "diabetes:1" } } : {}) },
    },
  }) as unknown as RunContext;

test.each([
  ["this machine has no clients: it asks itself", false, true, 40, []],
  ["clients of a version that serves are waited for", true, true, 0, [60_000]],
  [
    "before the first release nobody can ask: it asks itself, and waits for telemetry",
    true,
    false,
    40,
    [60_000],
  ],
])("%s", async (_, hasClients, serves, requests, waited) => {
  const { sendTraffic } = await trafficFor(context(hasClients, serves), 30);
  await sendTraffic(url, 40);
  expect(marks).toHaveLength(requests);
  // All of it is marked as a test of ours.
  expect(new Set(marks)).toEqual(new Set(requests > 0 ? ["ours"] : []));
  expect(waits).toEqual(waited);
});

test.each([
  ["clients were refused", { refusals: 3, tests: { requests: 20, failures: 0, refusals: 1 } }, ", 2 refused"],
  [
    "only the test that asks for it was refused",
    { refusals: 1, tests: { requests: 100, failures: 0, refusals: 1 } },
    "",
  ],
  [
    "stable answers what the canary refuses",
    { refusals: 9, refusedAlone: 7 },
    ", 7 refused that stable answers",
  ],
  ["nobody was refused", {}, ""],
])("a stage in a line says that %s", (_, refused, said) => {
  const stage = {
    weight: 10,
    comparedWith: { kind: "stable", model: "diabetes:1" },
    verdict: "advance",
    canary: { requests: 100, failures: 0, ...refused },
  } as unknown as Parameters<typeof describeStage>[0];
  expect(describeStage(stage)).toBe(`canary 10 % against diabetes:1: advance; 100 requests, 0 failed${said}`);
});
