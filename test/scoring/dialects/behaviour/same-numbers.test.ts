import type { FastifyInstance } from "fastify";
import { formatTime } from "../../../../platform/base/iso-time";
import type { LinearParameters } from "../../../../platform/onnx/linear-parameters";
import { LinearModel } from "../../../../platform/onnx/linear-model";
import type { SignatureColumn } from "../../../../platform/model/signature";
import { featureTable } from "../../../../platform/model/table";
import {
  call,
  closeServices,
  colour,
  colourRow,
  cost,
  limits,
  openService,
  randomNumbers,
  type Row,
  type Value,
} from "../service-fixture";
import { predictingRouteAt } from "../../../../scoring/dialects/find-dialect";
import { pathOf } from "../../../../scoring/http/path-pattern";
import { ways, type Way } from "../ways-to-ask";

afterAll(closeServices);

const oddNumbers = [0, -0, 1e-300, -1e300, 5e-324, 0.1 + 0.2, 123456789012345680, 1e21];
const oddTexts = ["x", "Aå", "B b", "𝄞", 'a "quoted", one', "__proto__", "a:b", "\t", "0"];

function pick<T>(random: () => number, values: readonly T[]): T {
  return values[Math.floor(random() * values.length)] as T;
}

function randomValue(random: () => number, { type, nullable, values }: SignatureColumn): Value {
  if (nullable && random() < 0.2) return null;
  if (type === "boolean") return random() < 0.5;
  if (type === "category") return pick(random, values ?? oddTexts);
  if (type === "date") {
    const seconds = Math.floor(random() * 3e9) + pick(random, [0, 0.5, 0.123456]);
    return pick(random, [formatTime(seconds), new Date(seconds * 1000).toISOString().replace("Z", "+05:30")]);
  }
  return random() < 0.1 ? pick(random, oddNumbers) : (random() - 0.4) * 10 ** Math.floor(random() * 5);
}

function randomRows(random: () => number, { signature }: LinearParameters): Row[] {
  return Array.from({ length: 1 + Math.floor(random() * 7) }, () =>
    Object.fromEntries(signature.inputs.map((column) => [column.name, randomValue(random, column)])),
  );
}

/** Rows are called positive above another probability than one half. */
const classifier: LinearParameters = {
  ...colour,
  signature: { ...colour.signature, target: { ...colour.signature.target, threshold: 0.2 } },
};
/** A date that may be missing, another that may not, and a number. */
const dated: LinearParameters = {
  signature: {
    task: "regression",
    inputs: [
      { name: "made", type: "date", nullable: true, parts: ["month", "dayCycle", { daysSince: "sold" }] },
      { name: "sold", type: "date", nullable: false, parts: ["dayOfWeek"], range: [0, 4e9] },
      { name: "price", type: "number", nullable: false },
    ],
    target: { name: "dated" },
  },
  intercept: 3,
  terms: [
    { kind: "number", column: "made.month", imputation: 7, mean: 6, scale: 3, coefficient: 1.5 },
    { kind: "number", column: "made.dayCycle.sin", imputation: 0, mean: 0, scale: 1, coefficient: -2 },
    { kind: "number", column: "made.dayCycle.cos", imputation: 1, mean: 0, scale: 1, coefficient: 0.3 },
    { kind: "number", column: "made.daysSince.sold", imputation: -30, mean: -20, scale: 9, coefficient: 4 },
    { kind: "number", column: "sold.dayOfWeek", mean: 4, scale: 2, coefficient: 0.1 },
    { kind: "number", column: "price", mean: 0, scale: 1, coefficient: 2 },
  ],
};
const datedExample = { data: [{ made: "2026-01-31", sold: "2026-02-01T13:45:00Z", price: 1 }] };

const models = { cost, colour: classifier, dated };
// Numbers are asked for here, not time: however busy the machine is, no request is given up.
const patient = { limits: { ...limits, queueTimeoutMs: 60_000, timeoutMs: 60_000 } };
const apps: Partial<Record<keyof typeof models, FastifyInstance>> = {};

/** How often each way is asked, with new rows each time. */
const rounds = 20;
const cases = (["cost", "colour", "dated"] as const).flatMap((name) =>
  ways
    .filter(({ numbersOnly }) => numbersOnly !== true || name === "cost")
    .map((way) => [name, way.name, way] as const),
);

describe.each(cases)("%s, %s", (name, _, way: Way) => {
  const parameters = models[name];
  const { signature } = parameters;
  const app = (apps[name] ??= openService(parameters, {
    ...patient,
    ...(name === "dated" && { example: datedExample }),
  }));

  test("gives the model's own numbers, bit for bit", async () => {
    const random = randomNumbers(7);
    for (let round = 0; round < rounds; round++) {
      const rows = randomRows(random, parameters);
      const expected = new LinearModel(parameters).predict(featureTable(signature, rows));
      const { classes = [], threshold = 0.5 } = signature.target;
      expected.probability?.forEach((value, row) => {
        expect(expected.prediction[row]).toBe(classes[value > threshold ? 1 : 0]);
      });
      const answer = await call(app, way.send(rows, signature));
      const { predictions, probabilities } = way.read(answer);
      // Beside `toEqual` nothing tells -0 from 0; JSON has no -0, so it is 0 in each.
      const same = (values: ArrayLike<number | string> | undefined) =>
        values && Array.from(values, (value) => (value === 0 ? 0 : value));
      expect([
        answer.status,
        same(predictions as number[]),
        same(probabilities as number[] | undefined),
      ]).toEqual([200, same(expected.prediction), same(expected.probability)]);
    }
  });

  test("is understood by what compares a canary's answers with stable's", async () => {
    const rows = randomRows(randomNumbers(5), parameters);
    const { probability, prediction } = new LinearModel(parameters).predict(featureTable(signature, rows));
    const sent = way.send(rows, signature);
    const { headers, bytes } = await call(app, sent);
    const read = predictingRouteAt("POST", pathOf(sent.url))?.predictionsIn({ headers, body: bytes });
    expect(read).toEqual(Array.from<number | string>(probability ?? prediction));
  });

  test("refuses every wrong row with 4xx, and names the field", async () => {
    const random = randomNumbers(11);
    for (let round = 0; round < rounds; round++) {
      const rows = randomRows(random, parameters);
      const { field, rows: bad, kind } = spoil(random, parameters, rows);
      const answer = await call(app, way.send(bad, signature));
      const told = { kind, status: answer.status, names: answer.bytes.toString().includes(field) };
      expect(told).toEqual({ kind, status: 400, names: true });
    }
  });
});

/** A value of another type than the column's, in every dialect. */
function wrongValue(random: () => number, { type, nullable }: SignatureColumn): Value {
  if (!nullable && type !== "boolean" && random() < 0.4) return null;
  // Bytes have no place for another type in a column: there it is NaN, or nothing, in a column that must have a value.
  return type === "category" ? "" : "abc";
}

/** One fault, in one place of otherwise good rows. */
function spoil(random: () => number, { signature }: LinearParameters, rows: readonly Row[]) {
  const columns = signature.inputs.filter(({ nullable, type }) => !nullable && type !== "boolean");
  const column = pick(random, columns);
  const at = Math.floor(random() * rows.length);
  const row = { ...rows[at], [column.name]: wrongValue(random, column) };
  return {
    field: column.name,
    kind: `${column.name} is ${String(row[column.name])}`,
    rows: rows.with(at, row),
  };
}

function goodValue({ type, values }: SignatureColumn): Value {
  if (type === "number") return 1;
  if (type === "boolean") return true;
  return type === "date" ? "2026-01-31" : (values?.[0] ?? "x");
}

describe.each(cases)("names of features in %s, %s", (name, wayName, way: Way) => {
  const parameters = models[name];
  const { signature } = parameters;
  const app = (apps[name] ??= openService(parameters, {
    ...patient,
    ...(name === "dated" && { example: datedExample }),
  }));
  const [first] = signature.inputs;
  const named = !/position|one/.test(wayName);

  test.each([
    [
      "misspelt",
      (columns: SignatureColumn[]) => columns.map((c) => (c === first ? { ...c, name: `${c.name}x` } : c)),
      `${first?.name}x`,
    ],
    ["missing", (columns: SignatureColumn[]) => columns.slice(1), first?.name],
    [
      "extra",
      (columns: SignatureColumn[]) => [
        ...columns,
        { name: "salary", type: "number", nullable: false } as const,
      ],
      "salary",
    ],
    [
      "extra, called __proto__",
      (columns: SignatureColumn[]) => [
        ...columns,
        { name: "__proto__", type: "number", nullable: false } as const,
      ],
      "__proto__",
    ],
  ])("a feature that is %s is refused by name", async (what, change, field) => {
    const changed = { ...signature, inputs: change([...signature.inputs]) };
    const row = Object.fromEntries(changed.inputs.map((column) => [column.name, goodValue(column)]));
    const answer = await call(app, way.send([row, row], changed));
    // Where values go by position, a misspelling cannot be seen; the other two change the number of values.
    if (!named && what === "misspelt") expect(answer.status).toBe(200);
    else {
      expect(answer.status).toBe(400);
      expect(answer.bytes.toString()).toContain(named ? field : first?.name);
    }
  });
});

test.each(cases.filter(([name]) => name === "colour"))(
  "a text of %s that the ONNX runtime would change is refused: %s",
  async (name, _, way) => {
    const { signature } = models[name];
    const app = (apps[name] ??= openService(models[name], patient));
    for (const town of ["Aå\0zzz", "\0"]) {
      const answer = await call(app, way.send([{ ...colourRow, town }], signature));
      expect([answer.status, JSON.stringify(answer.json)]).toEqual([400, expect.stringContaining("NUL")]);
    }
  },
);
