import { syntheticValue } from "../../../platform/definition/synthetic-value";

test.each([
  [{ name: "age", type: "number", range: [0, 80] }, [5, 15, 25, 75, 5]],
  [{ name: "share", type: "number", range: [0, 1] }, [0, 0, 0, 1, 0]],
  [{ name: "share", type: "number", range: [0, 0.8] }, [0.05, 0.15, 0.25, 0.75, 0.05]],
  [{ name: "income", type: "number" }, [1, 2, 3, 8, 1]],
  [{ name: "city", type: "category", values: ["A", "B", "C"] }, ["A", "B", "C", "B", "C"]],
  [{ name: "name", type: "category" }, Array<string>(5).fill("synthetic name")],
  [{ name: "member", type: "boolean" }, [false, true, false, true, false]],
] as const)(
  "a value that stands in for those of %j is allowed and the same every time",
  (column, expected) => {
    const definition = { ...column } as unknown as Parameters<typeof syntheticValue>[0];
    const values = [0, 1, 2, 7, 8].map((index) => syntheticValue(definition, index));
    values.forEach((value, index) => {
      const wanted = expected[index];
      if (typeof value === "number") expect(value).toBeCloseTo(Number(wanted), 12);
      else expect(value).toBe(wanted);
    });
  },
);
