import { describeStandstill } from "../../../cli/terminal/describe-standstill";
import { digestOf } from "../../../platform/base/files";

const at = { environment: "prod", model: "cost" };
const stable = { model: "cost:1", image: "x", digest: digestOf("1") };
const url = "http://127.0.0.1:1";

test.each([
  [
    { ...at, stable },
    "processes",
    "prod holds cost:1 and is stopped. `mlops serve --model cost` starts it, until Ctrl-C.",
  ],
  [
    { ...at, stable },
    "stacks",
    "prod holds cost:1, and its stack has no address of a service. `npm run infra:up -- --stack prod` updates it.",
  ],
  [{ ...at, stable, url }, "processes", undefined],
  [at, "processes", undefined],
] as const)("%j on %s", (status, environments, said) => {
  expect(describeStandstill(status, { environments })).toBe(said);
});
