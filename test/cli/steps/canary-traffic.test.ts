import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import timers from "node:timers/promises";
import { trafficFor } from "../../../cli/steps/canary-traffic";
import type { RunContext } from "../../../cli/steps/step";

// The module itself: what is imported of it is not what others of its users get.
const rowsToSend =
  require("../../../cli/steps/rows-to-send") as typeof import("../../../cli/steps/rows-to-send");

const waits: number[] = [];
let server: Server;
let url: string;
let marks: (string | undefined)[];

beforeEach(async () => {
  waits.length = 0;
  jest.spyOn(rowsToSend, "scoringBodies").mockResolvedValue(['{"data":[]}']);
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

/** What the canary has been given and asked so far. */
interface Seen {
  weight: number;
  requests: number;
}

/** A release's context where production serves, or does not yet, and has clients, or has none. */
const context = (hasClients: boolean, serves: boolean, seen: Seen = { weight: 10, requests: 0 }) =>
  ({
    session: {
      signal: new AbortController().signal,
      environments: { production: "prod" },
      output: { update: () => undefined },
    },
    definition: { name: "diabetes", canary: { minRequests: 100 } },
    target: {
      hasClients,
      // What is sent shows a minute later.
      sampleLagMs: 60_000,
      access: () => Promise.resolve({ headers: { "x-test": "ours" } }),
      deployer: {
        status: () =>
          Promise.resolve({
            ...(serves && { stable: { model: "diabetes:1" } }),
            canary: { model: "diabetes:2", weight: seen.weight, shadow: 0 },
            samples: { canary: { requests: seen.requests, failures: 0 } },
          }),
      },
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

/** Requests of ours in each round of one minute, of stages in which the canary has seen so much at a weight. */
async function sentIn(rounds: readonly Seen[], minutes: number): Promise<number[]> {
  const seen = { weight: 10, requests: 0 };
  const { sendTraffic } = await trafficFor(context(true, true, seen), minutes);
  const sent: number[] = [];
  for (const round of rounds) {
    Object.assign(seen, round);
    const before = marks.length;
    await sendTraffic(url, 40);
    sent.push(marks.length - before);
  }
  expect(waits).toEqual(rounds.map(() => 60_000));
  expect(new Set(marks)).toEqual(new Set(marks.length > 0 ? ["ours"] : []));
  return sent;
}

const at = (weight: number, ...requests: number[]): Seen[] =>
  requests.map((each) => ({ weight, requests: each }));

test.each([
  [
    "who ask too little get rows of ours beside theirs after half of the time",
    at(10, 0, 3, 5, 7, 9),
    [0, 0, 40, 0, 40],
  ],
  ["who ask enough are waited for alone", at(10, 0, 60, 100, 140), [0, 0, 0, 0]],
  ["who ask enough once rows of ours are among them get no more", at(10, 0, 5, 9, 9, 100), [0, 0, 40, 0, 0]],
  [
    "are given half of the time at each stage",
    [...at(10, 0, 0, 9), ...at(50, 0, 0, 9)],
    [0, 0, 40, 0, 0, 40],
  ],
])("clients %s", async (_, rounds, sent) => {
  expect(await sentIn(rounds, 4)).toEqual(sent);
});

test("a stage of one minute has no half to wait for", async () => {
  expect(await sentIn(at(10, 0), 1)).toEqual([40]);
});
