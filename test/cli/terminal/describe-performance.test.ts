import { describePerformance } from "../../../cli/terminal/describe-performance";
import type { Performance } from "../../../platform/predictions/performance";

const performance: Performance = {
  kind: "measured",
  rows: 60,
  registeredRows: 85,
  metric: "rmse",
  judged: true,
  fell: true,
  holds: false,
  metrics: [
    { metric: "rmse", now: 60.12345, registered: 50, fall: { level: 0.95, low: 1.5, high: 18 } },
    { metric: "mae", now: 40 },
  ],
  explanation: "",
};
const words = (changes: Partial<Performance> = {}): string =>
  describePerformance({ ...performance, ...changes })
    .replaceAll(/[^\x20-\x7e]+/g, " ")
    .replaceAll(/ +/g, " ");

test("shows each metric now and before, and how much worse it is where that is known", () => {
  expect(words()).toContain("metric now registered worse by");
  expect(words()).toContain("rmse 60.12 50 1.5 to 18");
  expect(words()).toContain("mae 40 - -");
});

test("calls an estimate one", () => {
  expect(words({ kind: "estimated" })).toContain("metric estimate registered");
});
