import { matchesPattern, pathOf } from "../../../scoring/http/path-pattern";

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
