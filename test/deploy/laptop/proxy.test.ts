import "../../scoring/dialects/with-echo-dialect";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { closeGracefully, listen } from "../../../platform/http/listening";
import { Proxy } from "../../../deploy/laptop/proxy";
import { createPublicServer } from "../../../deploy/laptop/public-server";
import type { LiveTrack } from "../../../deploy/laptop/routing";
import { SupervisedScoring } from "../../../deploy/laptop/supervised-scoring";
import { TrackSampler } from "../../../deploy/laptop/track-sampler";
import { TrafficSplitter } from "../../../deploy/laptop/traffic-splitter";
import { digestOf } from "../../../platform/base/files";

const testKey = "the-key-of-our-tests";

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

const scoring = createServer((request, response) => {
  request.resume().on("end", () => {
    const body = answers[request.url ?? ""];
    response.writeHead(body === undefined ? 404 : 200).end(body);
  });
});
const proxy = new Proxy({ report: () => undefined, testKey });
let sampler: TrackSampler;
let server: Server;
let url: string;

function track(): LiveTrack {
  const release = { model: "cost:1", package: "/nowhere", digest: digestOf("1") };
  const launch = {
    environment: "qa",
    entry: "/nowhere",
    predictions: "/nowhere",
    logFile: "/nowhere",
    logLevel: "info",
    testKey,
  };
  const supervised = new SupervisedScoring(release, launch, () => undefined);
  const { port } = scoring.address() as AddressInfo;
  jest.spyOn(supervised, "use").mockImplementation((_waitMs, task) => task(port));
  return { name: "stable", scoring: supervised, sampler };
}

beforeAll(() => new Promise<void>((resolve) => scoring.listen(0, "127.0.0.1", resolve)));

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

test("200 requests to an address that does not exist are no sample of a healthy track", async () => {
  for (let count = 0; count < 200; count++) expect((await post("/nothing-here")).status).toBe(404);
  expect(sampler.sample()).toEqual({ requests: 0, failures: 0 });
});

test("requests that ask for no predictions are passed on, and no part of the sample", async () => {
  expect(await (await fetch(`${url}/metadata`)).json()).toEqual({ model: "cost:1" });
  expect(await (await post("/v2/models/cost/ready")).json()).toEqual({ ready: true });
  expect(sampler.sample()).toEqual({ requests: 0, failures: 0 });
});
