import { readFile } from "node:fs/promises";
import path from "node:path";
import { loadData } from "../../../platform/data/source";
import { splitData } from "../../../platform/data/split/split";
import { decideSplitRule, withHash } from "../../../platform/data/split/split-rule";
import { countBins, describeNumbers, NumberBins } from "../../../platform/drift/profile-numbers";
import { computeMetrics } from "../../../platform/metrics/compute-metrics";
import { modelFiles } from "../../../platform/model/model-directory";
import { isEmbedded, literal, type SqlEngine } from "../../../platform/sql/engine";
import { openEngine } from "../../../platform/sql/open-engine";
import { train } from "../../../training/directory/train";
import { rowsOf, scoreLinearRows } from "../../../training/evaluation/score-rows";
import { scoreSides } from "../../../training/evaluation/score-sides";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { fitLinearModel } from "../trainers/fit-linear-model";
import { definitionOf } from "../trainers/rows";

const temporary = useTemporaryFolder();
/** So many that their sides are told by hashes of numbers. */
const rows = 100_000;

const columns = [
  { name: "a", type: "number" },
  { name: "b", type: "number", nullable: true },
  { name: "c", type: "number" },
  { name: "y", type: "number", role: "target" },
] as const;
const definition = definitionOf([...columns], { kind: "ridge", alpha: 1 });
const logarithm = definitionOf([...columns], { kind: "ridge", alpha: 1, targetTransform: "log" });
const query = `SELECT a, CASE WHEN hash(i) % 11 > 0 THEN b END AS b, c, 2 + a / 50 + sin(b) / 3 + (hash(i + 5) % 1000) / 1000.0::DOUBLE AS y
  FROM (SELECT i, (hash(i) % 100000) / 1000.0::DOUBLE AS a, sqrt(i) AS b, CAST(i % 7 AS DOUBLE) AS c FROM range(${rows}) AS r(i)) AS made`;

async function writeRows(engine: SqlEngine, name: string, options: string): Promise<string> {
  const file = temporary(name);
  await engine.run(`COPY (${query}) TO ${literal(file)} (${options})`, { changes: false });
  return file;
}

/** Opens a file, split as training splits it. */
async function open(engine: SqlEngine, file: string) {
  const source = await loadData(engine, definition, file);
  const split = withHash(decideSplitRule(definition, source.header), source.rows, undefined);
  await splitData({ engine, definition, source }, split);
  return { source, split };
}

/** Trains from a file, and reads what the model directory has of it. */
async function trained(name: string, options: string): Promise<Record<string, unknown>> {
  const engine = await openEngine();
  try {
    const file = await writeRows(engine, name, options);
    const outputDirectory = temporary(`${name}-model`);
    const { onnxDigest } = await train({
      ...(await open(engine, file)),
      ...{ engine, definition, outputDirectory, run: "run-1", now: new Date(0) },
      code: { commit: "abc123", dirty: false },
      commandDirectory: temporary(),
    });
    const read = async (part: string): Promise<unknown> =>
      JSON.parse(await readFile(path.join(outputDirectory, part), "utf8"));
    const { metrics, reference, golden } = modelFiles;
    return {
      onnxDigest,
      metrics: await read(metrics),
      reference: await read(reference),
      golden: await read(golden),
    };
  } finally {
    await engine.close();
  }
}

test("a model is the same to the last bit, whatever file its rows are in and whoever reads it", async () => {
  // Of these the first is read in this process, the second by the engine.
  const own = await trained("own.parquet", "FORMAT parquet");
  const engines = await trained("engines.parquet", "FORMAT parquet, CODEC 'zstd'");
  const csv = await trained("rows.csv", "FORMAT csv, HEADER");
  expect(engines).toEqual(own);
  expect(csv).toEqual(own);
});

test.each([
  ["the target", definition],
  ["its logarithm", logarithm],
])("both sides are scored in one reading as each by itself, fitted to %s", async (_, fitted) => {
  const engine = await openEngine();
  try {
    await open(engine, await writeRows(engine, "sides.parquet", "FORMAT parquet"));
    const linear = await fitLinearModel(engine, fitted, rowsOf("training"));
    const training = rowsOf("training");
    const described = await describeNumbers(engine, training, {
      names: ["a", "b", "y"],
      rows: await engine.count(training),
    });
    const numbers = described.map(({ column }) => ({ ...column, edges: [10, 50, 90] }));
    const bins = new NumberBins(numbers);
    const sides = await scoreSides(engine, fitted, { linear, bins });
    const [one, other] = [
      await scoreLinearRows(engine, fitted, { linear, from: training }),
      await scoreLinearRows(engine, fitted, { linear, from: rowsOf("held-out") }),
    ];
    expect(sides?.training).toEqual({ rows: one.actual.length, metrics: computeMetrics("regression", one) });
    expect(sides?.heldOut).toEqual(other);
    const counted = await countBins(engine, training, numbers);
    for (const [index, [name, profile]] of bins.profiles().entries()) {
      const [expectedName, expected] = counted[index] ?? ["", undefined];
      expect(name).toBe(expectedName);
      // Squares are added in another order where rows of the other side lie between.
      expect(profile).toEqual({
        ...expected,
        standardDeviation: expect.closeTo(profile.standardDeviation ?? NaN, 9),
      });
      expect(profile.standardDeviation).toBeCloseTo(expected?.standardDeviation ?? NaN, 9);
    }
  } finally {
    await engine.close();
  }
});

test("sides that are not in blocks are not scored in one reading", async () => {
  const engine = await openEngine();
  try {
    await open(engine, await writeRows(engine, "one.parquet", "FORMAT parquet"));
    const linear = await fitLinearModel(engine, definition, rowsOf("training"));
    if (!isEmbedded(engine)) throw new TypeError("The engine is not in this process.");
    await engine.run("CREATE TABLE another AS SELECT 1 AS a");
    expect(await scoreSides(engine, definition, { linear, bins: new NumberBins([]) })).toBeUndefined();
  } finally {
    await engine.close();
  }
});
