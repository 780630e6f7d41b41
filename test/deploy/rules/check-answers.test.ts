import { decideCanary } from "../../../deploy/rules/canary";
import type { TrackSample } from "../../../platform/release/deployment";
import { failed, rule, sample } from "./canary-fixture";

test.each<[string, TrackSample, TrackSample, string, string]>([
  ["one failure of 130", sample(1170), sample(130, { failures: 1 }), "wait", "unsure"],
  ["one failure of 400", sample(3600), sample(400, { failures: 1 }), "advance", "healthy"],
  ["three failures of 130", sample(1170), sample(130, { failures: 3 }), "wait", "unsure"],
  ["eleven failures of 130", sample(1170), sample(130, { failures: 11 }), "roll-back", "failures"],
  ["6 % of 50 failed", sample(450), sample(50, { failures: 3 }), "wait", "unsure"],
  ["10 % of 50 failed", sample(450), sample(50, { failures: 5 }), "roll-back", "failures"],
  [
    "1.5 % of 5,000 failed, near what is allowed",
    sample(5000),
    sample(5000, { failures: 75 }),
    "advance",
    "healthy",
  ],
  ["3 % of 1,000 failed", sample(9000), sample(1000, { failures: 30 }), "roll-back", "failures"],
  [
    "exactly 1 % more failed",
    sample(1000, { failures: 10 }),
    sample(1000, { failures: 20 }),
    "advance",
    "healthy",
  ],
  [
    "2 % more failed, between what is allowed and what is found",
    sample(1000, { failures: 10 }),
    sample(1000, { failures: 30 }),
    "wait",
    "unsure",
  ],
  ["stable fails as much", sample(4500, { failures: 450 }), sample(500, { failures: 50 }), "wait", "unsure"],
  [
    "stable fails as much, in many requests",
    sample(18_000, { failures: 1800 }),
    sample(2000, { failures: 200 }),
    "advance",
    "healthy",
  ],
  ["stable fails more", sample(1170, { failures: 117 }), sample(130), "advance", "healthy"],
  ["all failed", sample(450), failed(50), "roll-back", "failures"],
  ["all failed, on stable too", failed(450), failed(50), "roll-back", "failures"],
  ["the first three requests failed", sample(450), failed(3), "roll-back", "failures"],
  ["the first request failed", sample(450), failed(1), "wait", "too-few-requests"],
  ["every client refused", sample(450), sample(50, { refusals: 50 }), "roll-back", "refusals"],
  ["a tenth of the clients refused", sample(1170), sample(130, { refusals: 15 }), "roll-back", "refusals"],
  ["one client refused", sample(1170), sample(130, { refusals: 1 }), "wait", "unsure"],
  [
    "stable refuses as many",
    sample(18_000, { refusals: 900 }),
    sample(2000, { refusals: 100 }),
    "advance",
    "healthy",
  ],
  [
    "as many refused, none of which stable answers",
    sample(1170, { refusals: 117 }),
    sample(130, { refusals: 13, refusedAlone: 0 }),
    "advance",
    "healthy",
  ],
  [
    "as many refused, all of which stable answers",
    sample(1170, { refusals: 117 }),
    sample(130, { refusals: 13, refusedAlone: 13 }),
    "roll-back",
    "refusals",
  ],
  [
    "two requests refused that stable answers, before there are enough",
    sample(18),
    sample(2, { refusals: 2, refusedAlone: 2 }),
    "roll-back",
    "refusals",
  ],
  [
    "clients refused among many good tests of our own",
    sample(1500, { tests: { requests: 1470, failures: 0 } }),
    sample(206, { refusals: 6, refusedAlone: 6, tests: { requests: 200, failures: 0, refusedAlone: 0 } }),
    "roll-back",
    "refusals",
  ],
  [
    "one of three clients refused, among good tests of our own",
    sample(2700, { tests: { requests: 2670, failures: 0 } }),
    sample(303, { refusals: 1, refusedAlone: 1, tests: { requests: 300, failures: 0, refusedAlone: 0 } }),
    "wait",
    "unsure",
  ],
  [
    "our own tests, which alone know the columns of the candidate, refused by stable",
    sample(1500, { refusals: 1170, tests: { requests: 1170, failures: 0, refusals: 1170 } }),
    sample(170, { refusals: 40, refusedAlone: 40, tests: { requests: 130, failures: 0, refusedAlone: 0 } }),
    "roll-back",
    "refusals",
  ],
  [
    "clients' requests failed among many good tests of our own",
    sample(2000, { tests: { requests: 1900, failures: 0 } }),
    sample(1010, { failures: 8, tests: { requests: 1000, failures: 0 } }),
    "roll-back",
    "failures",
  ],
])("how a canary answers: %s", (_, reference, canary, verdict, reason) => {
  expect(decideCanary({ reference, canary, rule })).toMatchObject({ verdict, reason });
});

test.each([
  // 5 % fail on stable: harm that is 0.02 more, or a little less, is too likely.
  [2400, 120, 165, true],
  [2400, 120, 150, false],
  // 10 %: as much more may be chance, so that it is not held against the canary.
  [2400, 240, 288, false],
  [2400, 240, 300, true],
])("of %d requests each %d failed on stable and %d on the canary: leans to harm %s", (requests, ...rest) => {
  const [theirs, ours, leansToHarm] = rest;
  const reference = sample(requests, { failures: theirs });
  const canary = sample(requests, { failures: ours });
  expect(decideCanary({ reference, canary, rule })).toMatchObject({ reason: "unsure", leansToHarm });
});

test.each([
  [130, false, "healthy"],
  [130, true, "unsure"],
  [400, true, "healthy"],
])("of %d requests none failed, one look among many %s: %s", (requests, amongMany, reason) => {
  const input = { reference: sample(9 * requests), canary: sample(requests), rule, amongMany };
  expect(decideCanary(input)).toMatchObject({ reason });
});
