import { decideCanary } from "../../../deploy/rules/canary";
import type { TrackSample } from "../../../platform/release/deployment";
import { answeredIn, rule, sample, slowTail } from "./canary-fixture";

test.each<[string, TrackSample, TrackSample, string, string]>([
  ["half as slow again", sample(1800), sample(200, answeredIn(30)), "roll-back", "latency"],
  ["a tenth slower", sample(1800), sample(200, answeredIn(22)), "advance", "healthy"],
  [
    "slow in so few requests that the first ones make the figure",
    sample(1791),
    sample(199, answeredIn(60)),
    "wait",
    "unsure",
  ],
  [
    "three times as slow, of very fast answers",
    sample(1800, answeredIn(1)),
    sample(200, answeredIn(3)),
    "advance",
    "healthy",
  ],
  [
    "three times as slow, of fast answers",
    sample(1800, answeredIn(5)),
    sample(200, answeredIn(15)),
    "roll-back",
    "latency",
  ],
  ["a latency that is no number", sample(450), sample(200, answeredIn(NaN)), "roll-back", "latency"],
  ["slow in one of ten", sample(1800), sample(200, slowTail(20)), "roll-back", "latency"],
])("how fast a canary answers: %s", (_, reference, canary, verdict, reason) => {
  expect(decideCanary({ reference, canary, rule })).toMatchObject({ verdict, reason });
});
