import { renderMarkdown } from "../../../cli/report/markdown";
import type { Digest } from "../../../platform/base/files";
import type { SplitRule } from "../../../platform/data/split/split-rule";
import type { ModelMetrics } from "../../../platform/model/model-directory";
import type { LinearParameters } from "../../../platform/onnx/linear-parameters";
import { signatureOf } from "../../../platform/model/signature";
import { parseModelDefinition, type ModelDefinition } from "../../../platform/definition/definition";
import { modelCard } from "../../../training/directory/model-card";

const evil = "<script>alert(1)</script>";

const definition = parseModelDefinition(
  {
    name: "towns",
    description: `- Prices of *towns*, ${evil}`,
    task: "regression",
    data: "data.csv",
    columns: [
      {
        name: "town|_x_",
        type: "category",
        values: ["[a](https://example.org)", "b | c", evil],
        unit: "<b>",
      },
      { name: "rooms", type: "number", nullable: true, description: "Rooms & **baths**" },
      { name: "price", type: "number", role: "target" },
    ],
    trainer: { kind: "ridge", alpha: 1 },
    gate: { metric: "rmse" },
  },
  "the test's definition",
);

const digest = "0".repeat(64) as Digest;

function cardOf(
  of: ModelDefinition,
  linear?: LinearParameters,
  {
    heldOut = { rows: 2, metrics: {} },
    cpuSeconds,
    split = { by: "column", column: "set|s" },
  }: { heldOut?: ModelMetrics["heldOut"]; cpuSeconds?: number; split?: SplitRule } = {},
): string {
  return modelCard({
    definition: of,
    metrics: { heldOut, training: { rows: 8, metrics: {} } },
    lineage: {
      model: "towns",
      run: "run-1",
      createdAt: "2026-11-26T00:00:00Z",
      data: { source: "<i>data</i>.csv", digest, rows: 10, trainingRows: 8, heldOutRows: 2 },
      split,
      code: {},
      definitionDigest: digest,
      parameters: { kind: "ridge", alpha: 1 },
      seed: 1,
      ...(cpuSeconds !== undefined && { cpuSeconds }),
      tools: { node: "20" },
    },
    linear,
  });
}

test("a model card shows what others wrote as text", () => {
  const card = cardOf(definition);
  // Markdown elsewhere takes HTML as it is, so none may be there that is not escaped.
  expect(card.replaceAll("\\<", "")).not.toContain("<");
  const shown = renderMarkdown(card, "Table").markup;
  expect(shown).toContain("<p>- Prices of *towns*, &lt;script&gt;alert(1)&lt;/script&gt; A regression model");
  expect(shown).toMatch(/town\|_x_/);
  expect(shown).toContain("[a](https://example.org), b | c, &lt;script&gt;alert(1)&lt;/script&gt;");
  expect(shown).toContain("Rooms &amp; **baths**");
  expect(shown).toContain("&lt;i&gt;data&lt;/i&gt;.csv, 10 rows");
  expect(shown).not.toMatch(/<(script|strong|b|i|a)>/);
  expect(shown).toContain("8 training rows, 2 held out, by the column &quot;set|s&quot;");
});

test("coefficients of a logarithm are said to be of it", () => {
  const trainer = { kind: "ridge" as const, alpha: 1, targetTransform: "log" as const };
  const linear: LinearParameters = {
    signature: signatureOf(definition),
    intercept: 1,
    terms: [],
    link: "log",
  };
  expect(cardOf({ ...definition, trainer }, linear)).toContain(
    "in the natural logarithm of the target: the change",
  );
});

test("columns that a linear model has left out are named apart from those that count", () => {
  const number = { kind: "number", column: "rooms", mean: 0, scale: 1, coefficient: 0 } as const;
  const town = { kind: "category", column: "town|_x_", values: ["a", "b"], coefficients: [0, -2] } as const;
  const trainer = { kind: "elastic-net" as const, alpha: 1, l1Ratio: 1, standardize: false };
  const linear: LinearParameters = {
    signature: signatureOf(definition),
    intercept: 1,
    terms: [number, town],
  };
  const shown = section(cardOf({ ...definition, trainer }, linear), "Coefficients");
  expect(shown).toContain("In units of the target: the change per unit of a number");
  expect(shown).toContain("| town\\|\\_x\\_ = b | -2 |");
  expect(shown).toContain("With a coefficient of 0, so without any effect: rooms, town\\|\\_x\\_ = a.");
  expect(shown).not.toContain("| rooms");
});

test.each([
  [
    undefined,
    "On the standardised scale, in units of the target: the change per standard deviation of a number, or for",
  ],
  [false, "In units of the target: the change per unit of a number, or for"],
])("coefficients are said to be on the scale that they are on: standardize %p", (standardize, text) => {
  const trainer = { kind: "ridge" as const, alpha: 1, ...(standardize !== undefined && { standardize }) };
  const linear: LinearParameters = { signature: signatureOf(definition), intercept: 1, terms: [] };
  expect(cardOf({ ...definition, trainer }, linear)).toContain(text);
});

test.each([
  ["balanced" as const, undefined, ["Classes were weighted in training"]],
  ["balanced" as const, "platt" as const, ["Its probabilities were calibrated"]],
  [undefined, "platt" as const, ["Its probabilities were calibrated"]],
  [undefined, undefined, []],
])("it is said what probabilities are: weights %p, calibration %p", (classWeight, calibration, said) => {
  const trainer = { kind: "logistic" as const, l2: 1, ...(classWeight && { classWeight }) };
  const card = cardOf({ ...definition, trainer, calibration });
  const all = ["Classes were weighted in training", "Its probabilities were calibrated"];
  expect(all.filter((text) => card.includes(text))).toEqual(said);
});

/** A section of a card, without its heading. */
const section = (card: string, heading: string): string =>
  new RegExp(`^## ${heading}\\n\\n([\\s\\S]*?)\\n\\n(?=## )`, "m").exec(card)?.[1] ?? "";

const parts = [
  "developers",
  "contact",
  "license",
  "intendedUse",
  "intendedUsers",
  "outOfScope",
  "factors",
  "trainingData",
  "evaluationData",
  "ethicalConsiderations",
] as const;

test("what the makers do not say is not stated, in each part", () => {
  expect(cardOf(definition).match(/not stated/gi)).toHaveLength(parts.length + 2);
  expect(section(cardOf(definition), "Quantitative analyses")).toContain("the definition names no slices");
  expect(section(cardOf(definition), "Energy")).toContain("Not stated: a program of its own");
});

test("what they say is in its part, as text", () => {
  const said = Object.fromEntries([...parts, "limitations"].map((part) => [part, `the ${part} <b>`]));
  const card = cardOf({ ...definition, card: { ...said, slices: [] } });
  for (const part of [...parts, "limitations"]) expect(card).toContain(`the ${part} \\<b\\>`);
  expect(card).toMatch(/^---\nlicense: "the license <b>"\n/);
  expect(card.match(/not stated/gi)).toHaveLength(2);
});

test("groups have their rows, metric and interval, and metrics theirs", () => {
  const heldOut = {
    rows: 50,
    metrics: { rmse: 10, r2: 0.5 },
    intervals: { rmse: { level: 0.95, low: 9, high: 11 } },
    slices: [
      { column: "rooms", value: "<= 3", rows: 49, metric: 9.5, interval: { level: 0.95, low: 8, high: 12 } },
      { column: "rooms", value: "> 3", rows: 1 },
    ],
  };
  const card = cardOf(definition, undefined, { heldOut });
  expect(section(card, "Metrics")).toMatch(/\| rmse \| 10 \| 9 to 11 \|/);
  expect(section(card, "Metrics")).toMatch(/\| r2 \| 0\.5 \| {2}\|/);
  expect(section(card, "Quantitative analyses")).toContain("| rooms | \\<= 3 | 49 | 9.5 | 8 to 12 |");
  expect(section(card, "Quantitative analyses")).toContain("| rooms | \\> 3 | 1 | cannot be computed |  |");
  expect(section(card, "Factors")).toContain("by groups of rooms.");
});

test("energy is an estimate by a stated power, or not stated", () => {
  const power = { wattsPerCore: 12, source: "data sheet" };
  expect(section(cardOf(definition, undefined, { cpuSeconds: 600 }), "Energy")).toBe(
    "Training took 600 s of processor time. Its energy is not stated, as the definition has no `card.power`.",
  );
  // 600 s * 12 W = 7,200 J = 2 Wh.
  expect(
    section(cardOf({ ...definition, card: { power, slices: [] } }, undefined, { cpuSeconds: 600 }), "Energy"),
  ).toContain("At 12 W for a busy core (data sheet) that is an estimate of 2 Wh");
});

test("no personal column is in a card, not even by its name or its coefficient", () => {
  const columns = definition.columns.map((column) =>
    column.name === "rooms" ? { ...column, name: "income", personal: true } : column,
  );
  const secret = { ...definition, columns };
  const linear: LinearParameters = {
    signature: signatureOf(secret),
    intercept: 1,
    terms: [{ kind: "number", column: "income", mean: 0, scale: 1, coefficient: 7.77, fill: 0 }] as never,
  };
  const split = {
    by: "hash" as const,
    seed: 1,
    testFraction: 0.2,
    key: [
      { name: "income", type: "number" as const },
      { name: "town", type: "category" as const },
    ],
  };
  const card = cardOf(secret, linear, { split });
  expect(card).not.toMatch(/income|7\.77/);
  expect(card).toContain('by a hash of the values of "(personal)", "town" with seed 1');
  expect(card).toContain("It takes 1 feature that may identify a person");
});
