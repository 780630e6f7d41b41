import { judgeCanary, requireReference } from "../../../deploy/rules/judge-canary";
import { digestOf } from "../../../platform/base/files";
import type { TrackSample } from "../../../platform/release/deployment";
import { nothing, predictions, rule, sample } from "./canary-fixture";

const stable = { model: "cost:1", package: "/nowhere", digest: digestOf("1") };
/** Clients send what stable takes; the canary refuses all of it, and answers our own tests alone. */
const refusing = sample(2000, { refusals: 1800, refusedAlone: 1800, tests: { requests: 200, failures: 0 } });
const qaSample = sample(2000);

test.each<[string, boolean, Parameters<typeof judgeCanary>[0], object]>([
  [
    "a canary that refuses stable's clients goes",
    false,
    { stable, samples: { stable: sample(500), canary: refusing } },
    { comparedWith: "cost:1", verdict: "roll-back", reason: "refusals" },
  ],
  [
    "one whose refusals are accepted is compared with QA, and stays",
    true,
    { stable, samples: { stable: sample(500), canary: refusing } },
    { comparedWith: "QA", verdict: "advance", reason: "healthy" },
  ],
  [
    "one whose refusals are accepted goes when it predicts something else than in QA",
    true,
    {
      stable,
      samples: { stable: sample(500), canary: sample(200, { predictions: predictions(200, 500) }) },
    },
    { comparedWith: "QA", verdict: "roll-back", reason: "predictions" },
  ],
  [
    "a first version is compared with QA",
    false,
    { samples: { canary: sample(2000) } },
    { comparedWith: "QA", verdict: "advance" },
  ],
])("%s", (_, acceptsRefusals, serving, judged) => {
  expect(judgeCanary(serving, { rule, qaSample, acceptsRefusals })).toMatchObject(judged);
});

test("a record of what was seen leaves out the predictions themselves", () => {
  const kept = { ...predictions(3), kept: [1, 2, 3] };
  const { canary, reference } = judgeCanary(
    { samples: { canary: sample(3, { predictions: kept }) } },
    { rule, qaSample: sample(3, { predictions: kept }) },
  );
  expect([canary.predictions, reference.predictions]).toEqual([predictions(3), predictions(3)]);
});

describe("what a canary would be compared with", () => {
  const withoutPredictions = (requests: number): TrackSample => ({ requests, failures: 0 });

  test.each<[string, object, TrackSample, boolean, RegExp | undefined]>([
    ["stable, whatever QA showed", { stable }, nothing, false, undefined],
    ["QA of a first version, with enough", {}, sample(rule.minRequests), false, undefined],
    [
      "QA of a first version, with one request too few",
      {},
      sample(rule.minRequests - 1),
      false,
      /^cost:2 cannot .* QA has 49 requests of it\. At least 50 are needed .* Run `mlops load` .* again/,
    ],
    [
      "QA of a version whose refusals are accepted, with too few",
      { stable },
      nothing,
      true,
      /QA has 0 requests of it/,
    ],
    ["QA, with no prediction", {}, withoutPredictions(500), false, /no prediction of QA's is known/],
    [
      "QA, with classes alone",
      {},
      { ...withoutPredictions(500), classes: [{ name: "a", count: 500 }] },
      false,
      undefined,
    ],
  ])("%s", (_, serving, shown, acceptsRefusals, message) => {
    const require = (): void =>
      requireReference("cost:2", serving, { rule, qaSample: shown, acceptsRefusals });
    if (message === undefined) expect(require).not.toThrow();
    else expect(require).toThrow(message);
  });
});
