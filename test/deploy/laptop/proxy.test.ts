import "../../scoring/dialects/with-echo-dialect";
import { once } from "node:events";
import { createServer, request, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { Proxy } from "../../../deploy/laptop/proxy";
import { createPublicServer } from "../../../deploy/laptop/public-server";
import type { LiveTrack } from "../../../deploy/laptop/routing";
import type { Track } from "../../../platform/release/deployment";
import { TrackSampler } from "../../../deploy/laptop/track-sampler";
import { TrafficSplitter } from "../../../deploy/laptop/traffic-splitter";
import { routedPath } from "../../../scoring/http/path-pattern";
import { idleScoring, testKey } from "./gateway-fixture";

/** What the scoring process answers to each path, with status 200; 404 to any other. */
const answers: Readonly<Record<string, string>> = {
  "/score": '{"result":[7]}',
  "/invocations": '{"predictions":[{"prediction":7}]}',
  "/v2/models/cost/infer": '{"outputs":[{"name":"prediction","datatype":"FP64","shape":[1],"data":[7]}]}',
  "/v2/models/cost/versions/1/infer":
    '{"outputs":[{"name":"probability","datatype":"FP64","shape":[1],"data":[7]}]}',
  "/echo/7/predict": "[7]",
  "/v2/models/cost/ready": '{"ready":true}',
  "/metadata": '{"model":"cost:1"}',
};

/** What the process of the canary answers with in its place; undefined when it answers as stable does. */
let canaryStatus: number | undefined;

const answerAs = (statusOf: () => number | undefined): Server =>
  createServer((request, response) => {
    request.resume().on("end", () => {
      const [body, status] = [answers[routedPath(request.url ?? "")], statusOf()];
      if (status !== undefined) response.writeHead(status).end("{}");
      else response.writeHead(body === undefined ? 404 : 200).end(body);
    });
  });
const scoring = answerAs(() => undefined);
const canaryScoring = answerAs(() => canaryStatus);
const proxy = new Proxy({ report: () => undefined, testKey });
let sampler: TrackSampler;
let server: Server;
let url: string;

function track(name: Track = "stable", server = scoring, counts = sampler): LiveTrack {
  const supervised = idleScoring(1);
  const { port } = server.address() as AddressInfo;
  jest.spyOn(supervised, "use").mockImplementation((_waitMs, task) => task(port));
  return { name, scoring: supervised, sampler: counts };
}

beforeAll(async () => {
  for (const one of [scoring, canaryScoring]) await listen(one, { host: "127.0.0.1", port: 0 });
});

beforeEach(async () => {
  sampler = new TrackSampler();
  const stable = track();
  const routing = { stable, splitter: new TrafficSplitter({ weight: 0, shadow: 0 }) };
  server = createPublicServer({ routing: () => routing, proxy, testKey, report: () => undefined });
  url = `http://127.0.0.1:${await listen(server, { host: "127.0.0.1", port: 0 })}`;
});

afterEach(() => closeGracefully(server));

afterAll(async () => {
  proxy.close();
  await closeGracefully(scoring);
  await closeGracefully(canaryScoring);
});

const post = (path: string): Promise<Response> => fetch(`${url}${path}`, { method: "POST", body: "{}" });

test.each([
  "/score",
  "/invocations",
  "/v2/models/cost/infer",
  "/v2/models/cost/versions/1/infer",
  "/echo/7/predict",
])("a request to %s is part of the track's sample, with what it predicts", async (path) => {
  expect((await post(path)).status).toBe(200);
  expect(sampler.sample()).toMatchObject({ requests: 1, failures: 0, predictions: { count: 1, mean: 7 } });
});

test.each(["/%73core", "http://any.where/score", "HTTP://any.where/%73core?x=1", "/score#part"])(
  "a request to %s, which the service takes as one to /score, is part of it, too",
  async (target) => {
    const { hostname, port } = new URL(url);
    const sent = request({ hostname, port, path: target, method: "POST", agent: false }).end("{}");
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(200);
    expect(sampler.sample()).toMatchObject({ requests: 1, failures: 0, predictions: { count: 1, mean: 7 } });
  },
);

test("200 requests to an address that does not exist are no sample of a healthy track", async () => {
  for (let count = 0; count < 200; count++) expect((await post("/nothing-here")).status).toBe(404);
  expect(sampler.sample()).toEqual({ requests: 0, failures: 0 });
});

describe("a track that a client has chosen", () => {
  const chosen = (count: number, headers: Record<string, string> = {}): Promise<Response[]> =>
    Promise.all(
      Array.from({ length: count }, () =>
        fetch(`${url}/score`, {
          method: "POST",
          body: "{}",
          headers: { "x-mlops-track": "stable", ...headers },
        }),
      ),
    );

  test("answers, and is not judged by it: 300 requests with rows of the client's choice are no sample", async () => {
    const answered = await chosen(300);
    expect(answered.filter(({ status }) => status !== 200)).toEqual([]);
    expect(sampler.sample()).toEqual({ requests: 0, failures: 0 });
    await chosen(1, { "x-mlops-test": "guessed" });
    expect(sampler.sample()).toEqual({ requests: 0, failures: 0 });
  });

  test("is judged by a test of ours, which shows the key", async () => {
    await chosen(2, { "x-mlops-test": testKey });
    expect(sampler.sample()).toMatchObject({
      requests: 2,
      tests: { requests: 2 },
      predictions: { count: 2, mean: 7 },
    });
  });
});

test("requests that ask for no predictions are passed on, and no part of the sample", async () => {
  expect(await (await fetch(`${url}/metadata`)).json()).toEqual({ model: "cost:1" });
  expect(await (await post("/v2/models/cost/ready")).json()).toEqual({ ready: true });
  expect(sampler.sample()).toEqual({ requests: 0, failures: 0 });
});

describe("a request to a canary beside stable", () => {
  let canarySampler: TrackSampler;

  const ask = (path = "/score", headers: Record<string, string> = {}) =>
    proxy.answer(
      { track: track("canary", canaryScoring, canarySampler), fallback: track() },
      { method: "POST", url: path, path, requestId: "one", headers, body: Buffer.from("{}") },
    );

  beforeEach(() => (canarySampler = new TrackSampler()));

  test.each<[string, number | undefined, string, string, number, object]>([
    ["that it answers", undefined, "/score", "canary", 200, { requests: 1, failures: 0, refusedAlone: 0 }],
    ["that it fails", 500, "/score", "stable", 200, { requests: 1, failures: 1, refusedAlone: 0 }],
    [
      "that it refuses and stable answers",
      400,
      "/score",
      "stable",
      200,
      { requests: 1, failures: 0, refusals: 1, refusedAlone: 1 },
    ],
    [
      "for a version that it does not serve and stable does",
      404,
      "/v2/models/cost/versions/1/infer",
      "stable",
      200,
      { requests: 1, failures: 0, refusals: 1, refusedAlone: 1 },
    ],
    ["that is too much for it", 429, "/score", "stable", 200, { requests: 1, failures: 0, refusedAlone: 1 }],
    [
      "that both refuse",
      422,
      "/v2/models/other/infer",
      "canary",
      422,
      { requests: 1, failures: 0, refusals: 1, refusedAlone: 0 },
    ],
    ["that asks for no predictions", 404, "/metadata", "stable", 200, { requests: 0, failures: 0 }],
  ])("%s", async (_, status, path, answeredBy, answered, counted) => {
    canaryStatus = status;
    const answer = await ask(path);
    expect([answer?.track.name, answer?.reply.status]).toEqual([answeredBy, answered]);
    const { requests, failures, refusals, refusedAlone } = canarySampler.sample();
    expect({ requests, failures, refusals, refusedAlone }).toEqual({
      refusals: undefined,
      refusedAlone: undefined,
      ...counted,
    });
    // What stands in for the canary is no part of stable's own sample.
    expect(sampler.sample().requests).toBe(0);
  });

  test("is one of a test of ours only with the key", async () => {
    canaryStatus = undefined;
    await ask("/score", { "x-mlops-test": "guessed" });
    expect(canarySampler.sample()).not.toHaveProperty("tests");
    await ask("/score", { "x-mlops-test": "the-key-of-our-tests" });
    expect(canarySampler.sample()).toMatchObject({ requests: 2, tests: { requests: 1, failures: 0 } });
  });
});
