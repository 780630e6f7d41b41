import { once } from "node:events";
import { request, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import fastify from "fastify";
import { matchesPattern, pathOf, routedPath } from "../../../scoring/http/path-pattern";

test.each([
  ["/score", "/score", true],
  ["/score", "/score/", false],
  ["/score", "/SCORE", false],
  ["/", "/", true],
  ["/v2/models/:model/infer", "/v2/models/cost/infer", true],
  ["/v2/models/:model/infer", "/v2/models//infer", false],
  ["/v2/models/:model/infer", "/v2/models/cost/infer/more", false],
  ["/v2/models/:model/infer", "/v2/models/cost/ready", false],
  ["/v2/models/:model/infer", "/v2/models/:model/infer", true],
])("the pattern %s and the path %s match: %s", (pattern, path, matches) => {
  expect(matchesPattern(pattern, path)).toBe(matches);
});

test.each([
  ["/score", "/score"],
  ["/score?explain=true", "/score"],
  ["/score?a=/healthz", "/score"],
  ["?", ""],
])("the path of %s is %j", (url, path) => {
  expect(pathOf(url)).toBe(path);
});

describe("the path that a request is routed by", () => {
  const patterns = ["/score", "/v2/models/:model/infer"];
  const app = fastify();
  for (const pattern of patterns) app.post(pattern, () => "taken");
  beforeAll(() => app.listen({ host: "127.0.0.1", port: 0 }));
  afterAll(() => app.close());

  const isTaken = async (target: string): Promise<boolean> => {
    const { port } = app.server.address() as AddressInfo;
    const sent = request({ host: "127.0.0.1", port, method: "POST", path: target, agent: false }).end();
    const [answer] = (await once(sent, "response")) as [IncomingMessage];
    answer.resume();
    return answer.statusCode === 200;
  };

  test.each([
    ["/score", "/score"],
    ["/score?", "/score"],
    ["/%73core", "/score"],
    ["/%73%63ore?x=%", "/score"],
    ["http://any.where/score", "/score"],
    ["HTTPS://any.where:80/%73core?x", "/score"],
    ["http://any.where", "/"],
    ["http://any.where?/score", "/"],
    ["/score#part", "/score"],
    ["/score?a#b", "/score"],
    ["/score%3f", "/score%3f"],
    ["/score%2F", "/score%2F"],
    ["/%2573core", "/%2573core"],
    ["/%25%37%33core", "/%2573core"],
    ["//score", "//score"],
    ["/x/../score", "/x/../score"],
    ["/SCORE", "/SCORE"],
    ["/v2/models/c%6fst/infer", "/v2/models/cost/infer"],
    ["/v2/models/c%2Fost/%69nfer", "/v2/models/c%2Fost/infer"],
    ["/v2/models/%/infer", "/v2/models/%/infer"],
  ])("of %s is %s", async (target, path) => {
    expect(routedPath(target)).toBe(path);
    // The one that sees "%" refuses the request.
    const isMatched = !path.includes("%/") && patterns.some((pattern) => matchesPattern(pattern, path));
    expect(await isTaken(target)).toBe(isMatched);
  });
});
