import { findingGauges } from "../../../cli/watching/finding-gauges";
import type { Performance } from "../../../platform/predictions/performance";

const measured = (fell: boolean, judged = true) =>
  ({ kind: "measured", judged, fell }) as unknown as Performance;
const told = (...args: Parameters<typeof findingGauges>) =>
  findingGauges(...args).map(({ name, value, labels }) => [name, labels["mlops.decision"], value]);

test("fallen performance without drift is told, and that it has not fallen, which ends an alert", () => {
  for (const fell of [true, false]) {
    const result = { version: "cost:2", performance: measured(fell) };
    expect(findingGauges({ result })).toEqual([
      { name: "mlops.performance.fell", value: Number(fell), labels: { "mlops.model": "cost:2" } },
    ]);
  }
});

test("what was not judged, or only estimated, is not told as if it were well", () => {
  const estimated = { kind: "estimated", judged: false, fell: false } as unknown as Performance;
  for (const performance of [measured(false, false), estimated])
    expect(told({ result: { version: "cost:2", performance } })).toEqual([]);
  expect(told({ result: { version: "cost:2" } })).toEqual([]);
});

test("what was decided is told with what was not", () => {
  expect(told({ result: { version: "cost:2" }, decision: { action: "alert" } })).toEqual([
    ["mlops.monitor.decision", "nothing", 0],
    ["mlops.monitor.decision", "alert", 1],
    ["mlops.monitor.decision", "retrain", 0],
  ]);
});
