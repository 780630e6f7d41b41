import { renderMarkdown } from "../../../cli/report/markdown";
import type { Digest } from "../../../platform/base/files";
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

function cardOf(of: ModelDefinition, linear?: LinearParameters): string {
  return modelCard({
    definition: of,
    metrics: { heldOut: { rows: 2, metrics: {} }, training: { rows: 8, metrics: {} } },
    lineage: {
      model: "towns",
      run: "run-1",
      createdAt: "2026-11-26T00:00:00Z",
      data: { source: "<i>data</i>.csv", digest, rows: 10, trainingRows: 8, heldOutRows: 2 },
      split: { by: "column", column: "set|s" },
      code: {},
      definitionDigest: digest,
      parameters: { kind: "ridge", alpha: 1 },
      seed: 1,
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
