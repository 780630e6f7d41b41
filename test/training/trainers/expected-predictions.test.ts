import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeJson } from "../../../platform/base/files";
import { OnnxGraph } from "../../../training/onnx/onnx-graph";
import { checkExpected, differences } from "../../../training/trainers/expected-predictions";
import { numbersOnly } from "../../platform/data/definitions";

describe("how far predictions are from those expected", () => {
  test.each<[string, number[], number[], number]>([
    ["equal", [1, 2, 3], [1, 2, 3], 0],
    ["relative to their range where they are small", [0, 1e-6], [1e-7, 1e-6], 0.1],
    ["relative to the prediction where that is greater than their range", [1000, 1001], [1001, 1001], 1e-3],
    ["one constant that is 0", [0, 0], [0, 0], 0],
    ["a number that is none", [1, 2], [NaN, 2], Infinity],
    ["a row too few", [1, 2], [1], Infinity],
  ])("%s", (_, expected, actual, largest) => {
    expect(differences(expected, actual)[0]?.relative).toBeCloseTo(largest, 6);
  });

  test("of more numbers than a call takes, as many classes have", () => {
    const expected = Array.from({ length: 200_000 }, (_, index) => index % 2);
    const actual = expected.map((value, index) => (index === 7 ? value + 0.5 : value));
    expect(differences(expected, actual, 200)[0]).toMatchObject({ row: 0, relative: 0.5 });
  });
});

const definition = numbersOnly(["x", "y"]);
const rows = Array.from({ length: 300 }, (_, x) => ({ x }));
let folder = "";
beforeEach(async () => (folder = await mkdtemp(path.join(tmpdir(), "golden-"))));
afterEach(() => rm(folder, { recursive: true }));

/** A model that predicts its one feature. */
function identityModel(): Uint8Array {
  const graph = new OnnxGraph("/");
  const input = graph.input("x", "double", ["N", 1]);
  graph.node("Reshape", { data: input, shape: graph.int64s([-1], [1]) }, { output: "prediction" });
  graph.output("prediction", "double", ["N"]);
  return graph.encode("identity");
}

async function check(predictions: readonly number[], tolerance = 1e-4): Promise<[string[], string[]]> {
  await writeJson(path.join(folder, "golden.json"), { rows, predictions, tolerance });
  const lines: string[] = [];
  const warnings = await checkExpected(
    { definition, onOutput: (line) => lines.push(line) },
    identityModel(),
    folder,
  );
  return [warnings, lines];
}

test("a model that predicts as its program does is taken, and how near it is is said", async () => {
  expect(await check(rows.map(({ x }) => x + 1e-3))).toEqual([
    [],
    ["model.onnx predicts as its program does: largest difference 3.3e-6."],
  ]);
});

test("a few rows that rounding put elsewhere are a warning", async () => {
  const [[warning]] = await check(rows.map(({ x }) => (x === 7 ? 20 : x)));
  expect(warning).toBe(
    "model.onnx predicts otherwise than its program in 1 row of 300 (0.3 %): 7 instead of 20 in row 8 of its golden.json. 32 bits put few rows on another side of a threshold.",
  );
});

test("a conversion that has made another model is refused, whatever tolerance the program asks for", async () => {
  const lie = rows.map(({ x }) => x * 1.01);
  await expect(check(lie, 1000)).rejects.toMatchObject({ code: "MODEL_INVALID" });
  await expect(check(lie)).rejects.toThrow(
    /^model\.onnx predicts otherwise than its program in 2\d\d rows of 300 \(\d+(\.\d)? %\): 299 instead of 301\.99 in row 300/,
  );
});

test("a program that says nothing of its predictions is believed", async () => {
  expect(await checkExpected({ definition }, identityModel(), folder)).toEqual([]);
});

test("what is no record of predictions is said to be none", async () => {
  await writeJson(path.join(folder, "golden.json"), { rows: [], predictions: [] });
  await expect(checkExpected({ definition }, identityModel(), folder)).rejects.toThrow(
    /golden\.json is corrupt/,
  );
});
