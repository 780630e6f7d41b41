import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { Signature } from "../../../platform/model/signature";
import { MultinomialModel } from "../../../platform/onnx/multinomial-model";
import { OnnxModel } from "../../../platform/onnx/onnx-model";
import { featureTable } from "../../../platform/model/table";
import { readCsvRows } from "../../../platform/data/csv/csv-rows";
import type { EmbeddedEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import type { BatchModel } from "../../../scoring/batch/batch-model";
import { scoreBatch } from "../../../scoring/batch/score-batch";
import { loadScoringModel } from "../../../scoring/model/load-model";
import { adaptModel } from "../../../training/onnx/adapt-model";
import { toOnnx } from "../../../training/onnx/linear-graph";
import { grades, weather, weatherRow } from "../../platform/model/fixtures/class-models";
import { costOf, writeColourModel, writeCostModel } from "../model-fixture";

let engine: EmbeddedEngine;
let folder: string;
let model: OnnxModel;
beforeAll(async () => {
  engine = await openEngine();
  folder = await mkdtemp(path.join(tmpdir(), "mlops-batch-"));
  await writeCostModel(path.join(folder, "cost"));
  model = await OnnxModel.load(path.join(folder, "cost"));
});
afterAll(async () => {
  await model.close();
  await engine.close();
  await rm(folder, { recursive: true });
});

const place = (name: string): string => path.join(folder, name);

async function readCsv(file: string): Promise<string[][]> {
  const rows: string[][] = [];
  const onFault = (fault: string): never => {
    throw new Error(fault);
  };
  readCsvRows(await readFile(file, "utf8"), { onRow: (fields) => rows.push(fields), onFault });
  return rows;
}

async function score(
  text: string,
  { of = model, reference = "cost:1" }: { readonly of?: BatchModel; readonly reference?: string } = {},
) {
  await writeFile(place("in.csv"), text);
  const output = place("out.csv");
  const result = await scoreBatch({ engine, model: of, reference, input: place("in.csv"), output });
  return { result, rows: await readCsv(output) };
}

/** A model that gives each row the sum of its features: numbers, and 10 for the category "b". */
async function sumModel(inputs: Signature["inputs"]): Promise<OnnxModel> {
  const signature: Signature = { task: "regression", inputs, target: { name: "sum" } };
  const terms = inputs.map(({ name: column, type }) =>
    type === "number"
      ? ({ kind: "number", column, mean: 0, scale: 1, coefficient: 1 } as const)
      : ({ kind: "category", column, values: ["a", "b"], coefficients: [0, 10] } as const),
  );
  await writeFile(place("sum.onnx"), toOnnx({ signature, intercept: 0, terms }));
  return OnnxModel.open(place("sum.onnx"), signature);
}

const good = { age: 40, bmi: 25, smoker: true, region: "south", town: "Aa" };

describe("a file's rows", () => {
  test("come back as they were read, with their predictions: columns that the model does not know, too", async () => {
    const { result, rows } = await score(
      'note,town,age,smoker,region,bmi,Age\n"a, ""b""",Aa,040.0,1,south,25,x\n,東京,1e1,False,,,\n',
    );
    expect(result).toEqual({ read: 2, scored: 2, rejected: 0 });
    const second = costOf({ age: 10, bmi: null, smoker: false, region: "north", town: "" });
    expect(rows).toEqual([
      ["row", "note", "town", "age", "smoker", "region", "bmi", "Age", "prediction", "model"],
      ["1", 'a, "b"', "Aa", "040.0", "1", "south", "25", "x", String(costOf(good)), "cost:1"],
      ["2", "", "東京", "1e1", "False", "", "", "", second.toFixed(1), "cost:1"],
    ]);
  });

  test("that cannot be scored are rejected with every reason, and the others are scored", async () => {
    const { result, rows } = await score(
      [
        "id,town,age,smoker,region,bmi",
        ...["1,Aa,40,true,south,25", "2,Aa,old,yes,west,25", "3,Aa,40,true,south,", "4,,40,true,south,25"],
        ...["5,Aa,4 0,true,south,25", "6,Aa,1e400,true,south,25", "7,Aa,40,true,south,26", ""],
      ].join("\n"),
    );
    const rejects = place("out.rejected.csv");
    expect(result).toEqual({ read: 7, scored: 3, rejected: 4, rejects });
    expect(rows.slice(1).map(([row, , , , , , , prediction]) => [row, Number(prediction)])).toEqual([
      ["1", costOf(good)],
      ["3", costOf({ ...good, bmi: null })],
      ["7", costOf({ ...good, bmi: 26 })],
    ]);
    expect(await readCsv(rejects)).toEqual([
      ["row", "id", "town", "age", "smoker", "region", "bmi", "reason"],
      [
        ...["2", "2", "Aa", "old", "yes", "west", "25"],
        '"age" is "old". A finite number is required. "smoker" is "yes". true or false is required. "region" is "west". Allowed: "north", "south".',
      ],
      ["4", "4", "", "40", "true", "south", "25", '"town" is null. A category is required.'],
      ["5", "5", "Aa", "4 0", "true", "south", "25", '"age" is "4 0". A finite number is required.'],
      [
        ...["6", "6", "Aa", "1e400", "true", "south", "25"],
        '"age" is Infinity (the number is too large). A finite number is required.',
      ],
    ]);
  });

  test("with more or fewer fields than the header are rejected with their line, and the others are scored", async () => {
    const { result, rows } = await score(
      [
        "id,town,age,smoker,region,bmi",
        ...['1,"A, ""b""\nc",40,true,south,25', "2,Aa,40,true,south", "3,Aa,40,true,south,26,27", "", "x"],
        ...["5,Aa,old,true,south,25", "6,Aa,40,true,south,26", "", ""],
      ].join("\n"),
    );
    const rejects = place("out.rejected.csv");
    expect(result).toEqual({ read: 7, scored: 2, rejected: 5, rejects });
    expect(rows.slice(1).map(([row, id, , , , , bmi]) => [row, id, bmi])).toEqual([
      ["1", "1", "25"],
      ["7", "6", "26"],
    ]);
    expect((await readCsv(rejects)).slice(1)).toEqual([
      [
        ...["2", "2", "Aa", "40", "true", "south", ""],
        "Line 4 has 5 fields. The header has 6, and so has every row.",
      ],
      [
        ...["3", "3", "Aa", "40", "true", "south", "26"],
        "Line 5 has 7 fields. The header has 6, and so has every row.",
      ],
      [...["4", "", "", "", "", "", ""], "Line 6 is empty."],
      [...["5", "x", "", "", "", "", ""], "Line 7 has 1 field. The header has 6, and so has every row."],
      [...["6", "5", "Aa", "old", "true", "south", "25"], '"age" is "old". A finite number is required.'],
    ]);
  });

  test("are read in the format of the model's data: decimal commas, groups, and texts that mean missing", async () => {
    const format = { decimal: ",", thousands: ".", missing: ["k. A."] } as const;
    const signature: Signature = { ...model.signature, format: { ...format, missing: [...format.missing] } };
    const european = await OnnxModel.open(place("cost/model.onnx"), signature);
    const { result, rows } = await score(
      ["id;town;age;smoker;region;bmi", "1;Aa; 40,0;true;south;k. A.", "2;Aa;40;true;south;25,5", ""].join(
        "\n",
      ),
      { of: european },
    );
    await european.close();
    expect(result).toMatchObject({ read: 2, scored: 2, rejected: 0 });
    expect(rows.slice(1).map((row) => Number(row[7]))).toEqual([
      costOf({ ...good, bmi: null }),
      costOf({ ...good, bmi: 25.5 }),
    ]);
  });

  test("of Parquet have the texts that mean missing, too, and numbers as they are", async () => {
    const format = { decimal: ",", thousands: ".", missing: ["NA"] } as const;
    const signature: Signature = { ...model.signature, format: { ...format, missing: [...format.missing] } };
    const european = await OnnxModel.open(place("cost/model.onnx"), signature);
    const row = "'Aa' AS town, 40.5 AS age, true AS smoker, 'south' AS region";
    await engine.run(
      `COPY (SELECT ${row}, 'NA' AS bmi UNION ALL SELECT ${row}, '25.5') TO '${place("in.parquet")}' (FORMAT parquet)`,
    );
    const output = place("out.csv");
    const result = await scoreBatch({
      engine,
      model: european,
      reference: "cost:1",
      input: place("in.parquet"),
      output,
    });
    await european.close();
    expect(result).toMatchObject({ read: 2, scored: 2, rejected: 0 });
    const scored = (await readCsv(output)).slice(1).map((fields) => Number(fields[6]));
    expect(scored.sort()).toEqual(
      [costOf({ ...good, age: 40.5, bmi: null }), costOf({ ...good, age: 40.5, bmi: 25.5 })].sort(),
    );
  });

  test("that the model gives no finite number are rejected in the order of the file", async () => {
    const sum = await sumModel(["a", "b"].map((name) => ({ name, type: "number", nullable: false })));
    const { result } = await score("a,b\n1e308,1e308\nx,1\n1,2\n", { of: sum, reference: "sum:1" });
    await sum.close();
    expect(result).toMatchObject({ read: 3, scored: 1, rejected: 2 });
    expect(await readCsv(place("out.rejected.csv"))).toMatchObject([
      ["row", "a", "b", "reason"],
      [...["1", "1e308", "1e308"], "The model gives Infinity for this row. A finite number is required."],
      ["2", "x", "1", '"a" is "x". A finite number is required.'],
    ]);
  });

  test("with a number too large for a model of 32 bits are rejected, and no other", async () => {
    const signature: Signature = {
      task: "regression",
      inputs: ["a", "b", "c"].map((name) => ({ name, type: "number", nullable: false })),
      target: { name: "y" },
    };
    const converted = path.join(__dirname, "../../training/onnx/fixtures/linear.onnx");
    const { file } = adaptModel(await readFile(converted), signature, "linear.onnx");
    await writeFile(place("linear.onnx"), file);
    const of = await OnnxModel.open(place("linear.onnx"), signature);
    const { result, rows } = await score("a,b,c\n1,0,0\n1e39,0,0\nx,0,0\n2,0,0\n", { of });
    await of.close();
    expect(result).toMatchObject({ read: 4, scored: 2, rejected: 2 });
    // y = 2 a - b + 1, as it was fitted.
    expect(rows.slice(1).map((row) => [row[0], Math.round(Number(row[4]))])).toEqual([
      ["1", 3],
      ["4", 5],
    ]);
    expect((await readCsv(place("out.rejected.csv"))).slice(1).map((row) => row.at(-1))).toEqual([
      '"a" is 1e+39, which is too large for the model: it calculates with 32 bits, up to 3.4e38. Correct it.',
      '"a" is "x". A finite number is required.',
    ]);
  });

  test("may all be rejected: then the output has its header alone", async () => {
    const { result, rows } = await score("town,age,smoker,region,bmi\n,,,,\n");
    expect(result).toMatchObject({ read: 1, scored: 0, rejected: 1 });
    expect(rows).toHaveLength(1);
  });

  test("are counted over more rows than are scored at once", async () => {
    const lines = Array.from({ length: 7000 }, (_, row) => `Aa,${row % 7 === 3 ? "?" : row},true,south,25`);
    const { result, rows } = await score(`town,age,smoker,region,bmi\n${lines.join("\n")}\n`);
    expect(result).toMatchObject({ read: 7000, scored: 6000, rejected: 1000 });
    const differing = rows.slice(1).filter(([row, , age, , , , prediction]) => {
      return Number(row) !== Number(age) + 1 || Number(prediction) !== costOf({ ...good, age: Number(age) });
    });
    expect([rows.length, differing]).toEqual([6001, []]);
  });
});

describe("a Parquet output", () => {
  const output = (): string => place("out.parquet");

  async function scoreTo(text: string, of: BatchModel = model) {
    await writeFile(place("in.csv"), text);
    const request = { engine, model: of, reference: "cost:1", input: place("in.csv"), output: output() };
    return scoreBatch(request);
  }

  test("has a Parquet input's columns with their types", async () => {
    await engine.run(
      `COPY (SELECT 'Aa' AS town, CAST(40 AS SMALLINT) AS age, true AS smoker, 'south' AS region, 25.0 AS bmi, [1, 2] AS list, DATE '2024-02-29' AS day) TO '${place("typed.parquet")}' (FORMAT parquet)`,
    );
    const input = place("typed.parquet");
    await scoreBatch({ engine, model, reference: "cost:1", input, output: output() });
    const query = `SELECT * FROM read_parquet('${output()}')`;
    expect((await engine.columns(query)).map(({ name, type }) => `${name} ${type}`)).toEqual([
      "row BIGINT",
      ...["town VARCHAR", "age SMALLINT", "smoker BOOLEAN", "region VARCHAR", "bmi DECIMAL(3,1)"],
      ...["list INTEGER[]", "day DATE", "prediction DOUBLE", "model VARCHAR"],
    ]);
    const [row] = await engine.rows(query);
    expect(row).toMatchObject({
      row: 1,
      age: 40,
      day: "2024-02-29",
      prediction: costOf(good),
      model: "cost:1",
    });
  });

  test("of a CSV file has its texts, and rejected rows are in a CSV file beside it", async () => {
    const result = await scoreTo(",town,age,smoker,region,bmi\n7,Aa,040,1,south,25\n8,Aa,x,1,south,25\n");
    expect(result).toMatchObject({ scored: 1, rejected: 1, rejects: place("out.parquet.rejected.csv") });
    expect(await engine.rows(`SELECT * FROM read_parquet('${output()}')`)).toEqual([
      {
        ...{ row: 1, column_1: "7", town: "Aa", age: "040", smoker: "1", region: "south", bmi: "25" },
        ...{ prediction: costOf(good), model: "cost:1" },
      },
    ]);
    expect((await readCsv(place("out.parquet.rejected.csv"))).map((row) => row[1])).toEqual(["", "8"]);
  });

  test("is refused where names differ in capitals alone", async () => {
    await expect(scoreTo("town,age,smoker,region,bmi,Age\nAa,40,1,south,25,x\n")).rejects.toMatchObject({
      code: "DATA_INVALID",
      message:
        'The columns "age", "Age" have names that differ in capitals alone, which a Parquet file cannot have. Rename one of them, or write a CSV file.',
    });
  });
});

test("classes are called by their names, and have their probabilities", async () => {
  await writeColourModel(place("colour"));
  const of = await loadScoringModel(place("colour"));
  const { rows } = await score("x\n2\n-2\n", { of });
  const probability = 1 / (1 + Math.exp(-2));
  expect(rows).toEqual([
    ["row", "x", "prediction", "probability", "model"],
    ["1", "2", "red", String(probability), "cost:1"],
    ["2", "-2", "blue", String(1 / (1 + Math.exp(2))), "cost:1"],
  ]);
});

test("a row that a closer look finds good is scored in its place", async () => {
  // Of rows at once it scores none but the third, and by itself each.
  let calls = 0;
  const of: BatchModel = {
    signature: {
      task: "regression",
      inputs: [{ name: "x", type: "number", nullable: false }],
      target: { name: "y" },
    },
    predict({ columns }) {
      const values = columns.get("x") as Float64Array;
      return { prediction: calls++ > 0 ? values : values.map((value) => (value === 3 ? 30 : NaN)) };
    },
  };
  const { result, rows } = await score("x\n1\n2\n3\nz\n4\n", { of });
  expect(result).toMatchObject({ read: 5, scored: 4, rejected: 1 });
  expect(rows.slice(1).map(([row, , prediction]) => [row, Number(prediction)])).toEqual([
    ["1", 1],
    ["2", 2],
    ["3", 30],
    ["5", 4],
  ]);
});

test("features called as the columns that are added are written once, and so are the added ones", async () => {
  const of = await sumModel([
    { name: "model", type: "category", nullable: false },
    { name: "row", type: "number", nullable: false },
  ]);
  const { rows } = await score("model,row,prediction,reason\nb,5,1,why\nc,,,\n", { of, reference: "sum:1" });
  await of.close();
  expect(rows).toEqual([
    ["mlops_row", "model", "row", "prediction", "reason", "mlops_prediction", "mlops_model"],
    ["1", "b", "5", "1", "why", "15.0", "sum:1"],
  ]);
  expect((await readCsv(place("out.rejected.csv")))[0]).toEqual([
    ...["mlops_row", "model", "row", "prediction", "reason", "mlops_reason"],
  ]);
});

describe("the files written", () => {
  test("are whole or not there, and those of an earlier run are replaced or removed", async () => {
    await score("town,age,smoker,region,bmi\nAa,x,true,south,25\n");
    expect(await readdir(folder)).toContain("out.rejected.csv");
    await expect(score("town,age,smoker\nAa,1,true\n")).rejects.toMatchObject({
      code: "DATA_INVALID",
      message: expect.stringContaining('Column "region" is missing.') as string,
    });
    expect(await readCsv(place("out.rejected.csv"))).toHaveLength(2);
    await score("town,age,smoker,region,bmi\nAa,1,true,south,25\n");
    const names = await readdir(folder);
    expect(names).not.toContain("out.rejected.csv");
    expect(names.filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  test.each(["rows.csv", "rows.rejected.csv"])("are never the one that is read: %s", async (name) => {
    const text = "town,age,smoker,region,bmi\nAa,1,true,south,25\n";
    await writeFile(place(name), text);
    const request = { engine, model, reference: "cost:1", input: place(name), output: place("rows.csv") };
    await expect(scoreBatch(request)).rejects.toMatchObject({
      code: "USAGE",
      message: `${place(name)} is the file that is scored, and would be written over. Name another with --output.`,
    });
    expect(await readFile(place(name), "utf8")).toBe(text);
  });
});

test.each([
  ["texts", weather],
  ["numbers", grades],
])("several classes, %s, have a column each, whatever their names are", async (_, parameters) => {
  const { signature } = parameters;
  const of = new MultinomialModel(parameters);
  const { result, rows } = await score("wind,warm,town\n14,true,A\nmuch,true,A\n,false,B\n", {
    of,
    reference: "weather:1",
  });
  expect(result).toMatchObject({ read: 3, scored: 2, rejected: 1 });
  const names = (signature.target.classes ?? []).map((name) => `probability_${name}`);
  expect(rows[0]).toEqual(["row", "wind", "warm", "town", "prediction", ...names, "model"]);
  const { prediction, probabilities } = of.predict(
    featureTable(signature, [weatherRow, { wind: null, warm: false, town: "B" }]),
  );
  [1, 2].forEach((line) => {
    expect(rows[line]?.[4]).toBe(String(prediction[line - 1]));
    expect(rows[line]?.slice(5, 8).map(Number)).toEqual(
      Array.from(probabilities?.subarray(3 * (line - 1), 3 * line) ?? []),
    );
  });
  expect(rows.slice(1).map(([number]) => number)).toEqual(["1", "3"]);
  const rejected = await readCsv(result.rejects ?? "");
  expect(rejected.map(([number]) => number)).toEqual(["row", "2"]);
  expect(rejected[1]?.at(-1)).toContain('"wind"');
});
