import type { SignatureColumn } from "../../../platform/model/signature";
import { predictionSchema, scoreSchemas } from "../../../scoring/description/openapi-schemas";

function schemaOf(column: Omit<SignatureColumn, "name" | "nullable">): unknown {
  const schemas = scoreSchemas({
    signature: {
      task: "regression",
      inputs: [{ name: "x", nullable: false, ...column }],
      target: { name: "y" },
    },
    version: "3.1.0",
    maxRows: 10,
    base: "#/components/schemas/",
  });
  return (schemas.Row?.properties as { x?: unknown }).x;
}

test.each<[string, Omit<SignatureColumn, "name" | "nullable">, object]>([
  ["a range that is refused", { type: "number", range: [0, 9] }, { minimum: 0, maximum: 9 }],
  ["a range that only warns", { type: "number", range: [0, 9], outside: "warn" }, {}],
  ["values of which others are refused", { type: "category", values: ["a"] }, { enum: ["a"] }],
  ["values that only warn", { type: "category", values: ["a"], outside: "warn" }, { minLength: 1 }],
])("%s is described as what a client may send", (_, column, schema) => {
  const type = column.type === "category" ? "string" : "number";
  expect(schemaOf(column)).toEqual({ type, ...schema });
});

test.each<[number | undefined, object]>([
  [undefined, {}],
  [0.2, { description: "yes where its probability is above 0.2, which was chosen in training." }],
])("a threshold of %p is told to clients", (threshold, told) => {
  const target = {
    name: "y",
    classes: ["no", "yes"] as const,
    ...(threshold !== undefined && { threshold }),
  };
  const inputs = [{ name: "x", type: "number" as const, nullable: false }];
  expect(predictionSchema({ task: "classification", inputs, target })).toEqual({
    type: "string",
    enum: ["no", "yes"],
    ...told,
  });
});

test("a date is a text by its pattern, whose range is said in words", () => {
  const { Row } = scoreSchemas({
    signature: {
      task: "regression",
      inputs: [
        { name: "made", type: "date", nullable: true, parts: ["month"], range: [0, 86_400] },
        { name: "sold", type: "date", nullable: false, parts: ["month"], range: [0, 1], outside: "warn" },
      ],
      target: { name: "y" },
    },
    version: "3.1.0",
    maxRows: 10,
    base: "#/components/schemas/",
  });
  const { made, sold } = Row?.properties as Record<string, { type: unknown; pattern: string }>;
  expect(made).toEqual({
    type: ["string", "null"],
    description: "date or time as ISO 8601 has it, in UTC or with an offset, from 1970-01-01 to 1970-01-02",
    pattern: expect.any(String) as string,
  });
  expect(sold).toMatchObject({ type: "string", description: expect.not.stringContaining("from") as string });
  const pattern = new RegExp(made?.pattern ?? "");
  expect(["2026-01-31", "2026-01-31T13:45:00+02:00", "31.1.2026"].map((text) => pattern.test(text))).toEqual([
    true,
    true,
    false,
  ]);
});
