import {
  dialectAt,
  isOpenPath,
  predictingRouteAt,
  predictingRoutes,
} from "../../../scoring/dialects/find-dialect";

test.each([
  ["/score", "score"],
  ["/score/", "score"],
  ["/scores", "service"],
  ["/v2", "v2"],
  ["/v2/models/:name/infer", "v2"],
  ["/v2/nothing", "v2"],
  ["/v2x", "service"],
  ["/invocations", "mlflow"],
  ["/ping", "mlflow"],
  ["/healthz", "service"],
  ["/", "service"],
  ["", "service"],
])("%j belongs to the dialect %s", (path, name) => {
  expect(dialectAt(path).name).toBe(name);
});

test.each([
  ["/", true],
  ["/healthz", true],
  ["/readyz", true],
  ["/ping", true],
  ["/health", true],
  ["/docs", true],
  ["/v2/health/live", true],
  ["/v2/health/ready", true],
  ["/version", false],
  ["/metrics", false],
  ["/metadata", false],
  ["/openapi.json", false],
  ["/swagger.json", false],
  ["/score", false],
  ["/invocations", false],
  ["/v2", false],
  ["/v2/models/cost/ready", false],
  ["/healthz/", false],
  ["", false],
])("%j answers anyone: %s", (path, open) => {
  expect(isOpenPath(path)).toBe(open);
});

test.each([
  ["POST", "/score", true],
  ["POST", "/invocations", true],
  ["POST", "/v2/models/cost/infer", true],
  ["POST", "/v2/models/cost/versions/3/infer", true],
  ["GET", "/score", false],
  ["OPTIONS", "/score", false],
  ["POST", "/healthz", false],
  ["POST", "/v2/models/cost/ready", false],
  ["POST", "/nothing-here", false],
])("%s %s predicts: %s", (method, path, predicts) => {
  expect(predictingRouteAt(method, path) !== undefined).toBe(predicts);
});

test("an answer without predictions is no answer of a route that predicts", () => {
  const bodies = ["<html>down for maintenance</html>", '{"status":"ok"}', "null", "[]", ""];
  for (const { path, predictionsIn } of predictingRoutes) {
    const read = bodies.map((body) => predictionsIn({ headers: {}, body: Buffer.from(body) }));
    expect([path, ...read]).toEqual([path, ...bodies.map(() => undefined)]);
  }
});

test("outputs that are no predictions are an answer without numbers", () => {
  const outputs = [{ name: "base", datatype: "FP64", shape: [1], data: [3] }];
  const body = Buffer.from(JSON.stringify({ outputs }));
  const route = predictingRouteAt("POST", "/v2/models/cost/infer");
  expect(route?.predictionsIn({ headers: {}, body })).toEqual([]);
});
