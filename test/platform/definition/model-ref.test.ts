import { PlatformError } from "../../../platform/base/errors";
import { modelName } from "../../../infra/config/config-values";
import {
  formatModelRef,
  isModelRef,
  modelNamePattern,
  parseModelRef,
} from "../../../platform/definition/model-ref";
import { releaseStateSchema } from "../../../platform/release/release-state";

const image = `registry.example/scoring@sha256:${"a".repeat(64)}`;

describe("a model version", () => {
  test.each([
    ["diabetes:3", { name: "diabetes", version: 3 }],
    ["my-model-2:999999999", { name: "my-model-2", version: 999_999_999 }],
  ])("is read from %s and written the same", (text, ref) => {
    expect(parseModelRef(text)).toEqual(ref);
    expect(formatModelRef(ref)).toBe(text);
  });

  test.each([
    "diabetes",
    "diabetes:",
    ":3",
    "diabetes:0",
    "diabetes:03",
    "diabetes:-1",
    "diabetes:1.5",
    "diabetes:latest",
    "diabetes:1000000000",
    "diabetes:3:4",
    "diabetes:3\n",
    "Diabetes:3",
    "../x:3",
    " diabetes:3",
  ])("is not %j", (text) => {
    expect(() => parseModelRef(text)).toThrow(
      new PlatformError(
        "USAGE",
        `"${text}" is not a model version. Expected name:version, for example diabetes:3. \`mlops registry list\` shows those there are.`,
      ),
    );
  });

  test.each([
    ["abc", true],
    ["a-1", true],
    ["a".repeat(40), true],
    ["a".repeat(41), false],
    ["ab", false],
    ["1ab", false],
    ["-ab", false],
    ["ab-", false],
    ["a_b", false],
    ["aBc", false],
    ["abc\n", false],
  ])("may have a model named %j: %s", (name, allowed) => {
    expect(modelNamePattern.test(name)).toBe(allowed);
    // The other places where a name is given.
    expect(isModelRef(`${name}:3`)).toBe(allowed);
    expect(modelName.safeParse(name).success).toBe(allowed);
    expect(releaseStateSchema.safeParse({ stable: { model: `${name}:3`, image } }).success).toBe(allowed);
  });
});
