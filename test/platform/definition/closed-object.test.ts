import { z } from "zod";
import { closedObject, describeUnknownKey } from "../../../platform/definition/closed-object";

const known = ["minRows", "maxMissing", "at"];

test.each([
  ["leastRows", 'Unrecognized key: "leastRows". It is now called "minRows"; rename it.'],
  ["mostMissing", 'Unrecognized key: "mostMissing". It is now called "maxMissing"; rename it.'],
  // No bound was ever called so.
  ["mostWanted", 'Unrecognized key: "mostWanted". Allowed are minRows, maxMissing, at; rename or remove it.'],
  ["leastways", 'Unrecognized key: "leastways". Allowed are minRows, maxMissing, at; rename or remove it.'],
  ["minRow", 'Unrecognized key: "minRow". Did you mean "minRows"?'],
  ["MaxMising", 'Unrecognized key: "MaxMising". Did you mean "maxMissing"?'],
  ["x", 'Unrecognized key: "x". Allowed are minRows, maxMissing, at; rename or remove it.'],
])("an unknown key %s is answered", (key, message) => {
  expect(describeUnknownKey(key, known)).toBe(message);
});

describe("a closed object", () => {
  const schema = closedObject({ minRows: z.number(), name: z.string() });
  const messagesOf = (value: unknown) => schema.safeParse(value).error?.issues.map(({ message }) => message);

  test("of bounds names what they are called now", () => {
    const bounds = closedObject({ min: z.number().optional(), max: z.number().optional() });
    const said = bounds.safeParse({ atLeast: 1, atMost: 2 }).error?.issues.map(({ message }) => message);
    expect(said).toEqual([
      'Unrecognized key: "atLeast". It is now called "min"; rename it. Unrecognized key: "atMost". It is now called "max"; rename it.',
    ]);
  });

  test("takes its own keys", () => {
    expect(schema.parse({ minRows: 1, name: "x" })).toEqual({ minRows: 1, name: "x" });
  });

  test("answers each unknown key", () => {
    expect(messagesOf({ minRows: 1, name: "x", leastRows: 2, nam: "y" })).toEqual([
      'Unrecognized key: "leastRows". It is now called "minRows"; rename it. Unrecognized key: "nam". Did you mean "name"?',
    ]);
  });

  test("leaves other faults to be said as they are", () => {
    expect(messagesOf({ minRows: "1", name: "x" })).toEqual([
      "Invalid input: expected number, received string",
    ]);
  });
});
