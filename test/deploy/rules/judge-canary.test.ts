import { judgeCanary, requireReference } from "../../../deploy/rules/judge-canary";
import { digestOf } from "../../../platform/base/files";
import type { TrackSample } from "../../../platform/release/deployment";
import { nothing, predictions, rule, sample } from "./canary-fixture";

const stable = { model: "cost:1", package: "/nowhere", digest: digestOf("1") };
/** Clients send what stable takes; the canary refuses all of it, and answers our own tests alone. */
const refusing = sample(2000, { refusals: 1800, refusedAlone: 1800, tests: { requests: 200, failures: 0 } });
const testSample = sample(2000);
const testEnvironment = "test";

test.each<[string, boolean, Parameters<typeof judgeCanary>[0], object]>([
  [
    "a canary that refuses stable's clients goes",
    false,
    { stable, samples: { stable: sample(500), canary: refusing } },
    { comparedWith: { kind: "stable", model: "cost:1" }, verdict: "roll-back", reason: "refusals" },
  ],
  [
    "one whose refusals are accepted is compared with tests, and stays",
    true,
    { stable, samples: { stable: sample(500), canary: refusing } },
    { comparedWith: { kind: "tests", environment: testEnvironment }, verdict: "advance", reason: "healthy" },
  ],
  [
    "one whose refusals are accepted goes when it predicts something else than in tests",
    true,
    {
      stable,
      samples: { stable: sample(500), canary: sample(200, { predictions: predictions(200, 500) }) },
    },
    {
      comparedWith: { kind: "tests", environment: testEnvironment },
      verdict: "roll-back",
      reason: "predictions",
    },
  ],
  [
    "a first version is compared with tests",
    false,
    { samples: { canary: sample(2000) } },
    { comparedWith: { kind: "tests", environment: testEnvironment }, verdict: "advance" },
  ],
])("%s", (_, acceptsRefusals, serving, judged) => {
  expect(judgeCanary(serving, { rule, testSample, testEnvironment, acceptsRefusals })).toMatchObject(judged);
});

test("a record of what was seen leaves out the predictions themselves", () => {
  const kept = { ...predictions(3), kept: [1, 2, 3] };
  const { canary, reference } = judgeCanary(
    { samples: { canary: sample(3, { predictions: kept }) } },
    { rule, testSample: sample(3, { predictions: kept }), testEnvironment },
  );
  expect([canary.predictions, reference.predictions]).toEqual([predictions(3), predictions(3)]);
});

describe("what a canary would be compared with", () => {
  const withoutPredictions = (requests: number): TrackSample => ({ requests, failures: 0 });

  test.each<[string, object, TrackSample, boolean, RegExp | undefined]>([
    ["stable, whatever tests showed", { stable }, nothing, false, undefined],
    ["tests of a first version, with enough", {}, sample(rule.minRequests), false, undefined],
    [
      "tests of a first version, with one request too few",
      {},
      sample(rule.minRequests - 1),
      false,
      /^cost:2 cannot .* with what test showed .* test has 49 requests of it\. At least 50 are needed .* Run `mlops load` in test again/,
    ],
    [
      "tests of a version whose refusals are accepted, with too few",
      { stable },
      nothing,
      true,
      /test has 0 requests of it/,
    ],
    ["tests, with no prediction", {}, withoutPredictions(500), false, /no prediction of test is known/],
    [
      "tests, with classes alone",
      {},
      { ...withoutPredictions(500), classes: [{ name: "a", count: 500 }] },
      false,
      undefined,
    ],
  ])("%s", (_, serving, shown, acceptsRefusals, message) => {
    const require = (): void =>
      requireReference("cost:2", serving, { rule, testSample: shown, testEnvironment, acceptsRefusals });
    if (message === undefined) expect(require).not.toThrow();
    else expect(require).toThrow(message);
  });
});
