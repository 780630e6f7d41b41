import { describeStage } from "../../../cli/steps/canary-step";

test.each([
  ["clients were refused", { refusals: 3, tests: { requests: 20, failures: 0, refusals: 1 } }, ", 2 refused"],
  [
    "only the test that asks for it was refused",
    { refusals: 1, tests: { requests: 100, failures: 0, refusals: 1 } },
    "",
  ],
  [
    "stable answers what the canary refuses",
    { refusals: 9, refusedAlone: 7 },
    ", 7 refused that stable answers",
  ],
  ["nobody was refused", {}, ""],
])("a stage in a line says that %s", (_, refused, said) => {
  const stage = {
    weight: 10,
    comparedWith: { kind: "stable", model: "diabetes:1" },
    verdict: "advance",
    canary: { requests: 100, failures: 0, ...refused },
  } as unknown as Parameters<typeof describeStage>[0];
  expect(describeStage(stage)).toBe(`canary 10 % against diabetes:1: advance; 100 requests, 0 failed${said}`);
});
