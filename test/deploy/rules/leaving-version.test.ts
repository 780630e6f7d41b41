import { requireLeaving } from "../../../deploy/rules/leaving-version";
import { digestOf } from "../../../platform/base/files";

const releaseOf = (version: number) => ({
  model: `cost:${version}`,
  package: "packages/x",
  digest: digestOf(String(version)),
});
const canary = { ...releaseOf(3), weight: 10, shadow: 0 };
const at = { environment: "prod", model: "cost" };

test.each([
  ["the canary", { ...at, stable: releaseOf(2), canary }, "cost:3"],
  ["a canary that is alone", { ...at, canary }, "cost:3"],
  ["what serves", { ...at, stable: releaseOf(2) }, "cost:2"],
])("%s may be taken away by its name", (_, deployed, meant) => {
  expect(() => requireLeaving(deployed, meant)).not.toThrow();
});

test.each([
  // The canary went with somebody else: what serves is not to go, too.
  [{ ...at, stable: releaseOf(2) }, "cost:3", "a rollback would take cost:2 away now"],
  [{ ...at, stable: releaseOf(2), canary }, "cost:2", "a rollback would take cost:3 away now"],
  [at, "cost:3", "nothing of cost is there"],
])("of %j, %s may not", (deployed, meant, found) => {
  expect(() => requireLeaving(deployed, meant)).toThrow(
    expect.objectContaining({
      code: "CONFLICT",
      message: `${meant} is to be taken away in prod, and ${found}: somebody else has changed that. Nothing was done. Look at \`mlops status --model cost\`, and decide again.`,
    }) as Error,
  );
});
