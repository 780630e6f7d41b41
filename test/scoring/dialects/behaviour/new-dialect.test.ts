import "../with-echo-dialect";
import { dialects } from "../../../../scoring/dialects/dialects";
import { ScoringMetrics } from "../../../../scoring/telemetry/scoring-metrics";
import { ApiKeys } from "../../../../scoring/auth/api-keys";
import { call, closeServices, cost, json, openService } from "../service-fixture";

afterAll(closeServices);

const key = "key-of-this-test-7f3a";
const authorization = `Bearer ${key}`;
const metrics = new ScoringMetrics(dialects.map(({ name }) => name));
const app = openService(cost, {
  authenticator: new ApiKeys({ primary: key }),
  telemetry: { metrics },
});

function predict(times: number, headers: Record<string, string> = { authorization }) {
  const sent = json(`/echo/${times}/predict`, {});
  return call(app, { ...sent, headers: { ...sent.headers, ...headers } });
}

test("a new dialect is served", async () => {
  expect(JSON.parse((await predict(3)).bytes.toString())).toEqual([3]);
});

test("it wants a key, but for what is open", async () => {
  expect((await predict(3, {})).status).toBe(401);
  expect((await call(app, { url: "/echo/alive" })).json).toEqual({ alive: true });
});

test("it reports errors in its own shape, also at addresses that do not exist", async () => {
  expect((await predict(0)).json).toEqual({ echoed: "BODY_INVALID" });
  const lost = await call(app, { url: "/echo/nothing", headers: { authorization } });
  expect([lost.status, lost.json]).toEqual([404, { echoed: "NOT_FOUND" }]);
});

test("it is counted", async () => {
  const count = async (): Promise<number> => {
    const text = await metrics.registry.metrics();
    return Number(/mlops_requests_total\{dialect="echo",status="2xx"\} (\d+)/.exec(text)?.[1]);
  };
  const before = await count();
  await predict(2);
  expect(await count()).toBe(before + 1);
});

test("it is described", async () => {
  const { json: description } = await call(app, { url: "/openapi.json", headers: { authorization } });
  expect(description).toMatchObject({
    paths: {
      "/echo/{times}/predict": { post: { summary: "Say it again" } },
      "/echo/alive": { get: { summary: "Say that it lives" } },
    },
    components: { schemas: { Echo: { type: "object" } } },
  });
});
