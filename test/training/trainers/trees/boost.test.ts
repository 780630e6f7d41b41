import { readFileSync } from "node:fs";
import path from "node:path";
import { binRows, type RawColumn } from "../../../../training/trainers/trees/bins";
import { boost, type Boosted, type BoostingRules } from "../../../../training/trainers/trees/boost";
import { leafOf } from "../../../../training/trainers/trees/grow-tree";
import { lossOf, type Loss, type LossName, type Targets } from "../../../../training/trainers/trees/losses";
import { objectiveOf } from "../../../../training/trainers/trees/objective";
import { makeRows } from "./rows";

interface Case {
  readonly name: string;
  readonly loss: LossName;
  readonly weights?: boolean;
  readonly l2?: number;
  readonly maxLeaves?: number;
  readonly minLeafRows?: number;
  readonly monotone?: readonly (-1 | 0 | 1)[];
  readonly raw: readonly number[];
}

const reference = JSON.parse(readFileSync(path.join(__dirname, "fixtures/sklearn.json"), "utf8")) as {
  trees: number;
  cases: Case[];
};

const defaults: BoostingRules = {
  learningRate: 0.1,
  maxTrees: 100,
  maxLeaves: 31,
  minLeafRows: 20,
  l2: 0,
};

const allRows = (rows: number): Int32Array => Int32Array.from({ length: rows }, (_, row) => row);

interface Problem {
  readonly columns: readonly RawColumn[];
  readonly targets: Targets;
  readonly loss?: Loss;
  readonly rules?: Partial<BoostingRules>;
  readonly training?: Int32Array;
  readonly validation?: Int32Array;
  readonly signal?: AbortSignal;
}

/** Boosts and gives each row's sum of trees as well. */
async function fit(problem: Problem): Promise<Boosted & { sums: number[] }> {
  const { columns, targets, rules, signal, loss = lossOf("squared") } = problem;
  const rows = targets.target.length;
  const { training = allRows(rows), validation = new Int32Array() } = problem;
  const binned = binRows(rows, columns, { training, weights: targets.weights });
  const boosted = await boost(binned, targets, {
    sides: { training, validation },
    rules: { ...defaults, leafQuantile: loss.leafQuantile, ...rules },
    objective: objectiveOf(loss, targets),
    signal,
  });
  const sums = Array.from({ length: rows }, (_, row) =>
    boosted.trees.reduce((sum, { tree }) => sum + leafOf(tree, binned, row).value, boosted.bases[0] ?? NaN),
  );
  return { ...boosted, sums };
}

const { columns, base, noise, weights } = makeRows();
const targetOf: Readonly<Record<LossName, Float64Array>> = {
  squared: base.map((value, row) => value + (noise[row] ?? NaN)),
  absolute: base.map((value, row) => value + (noise[row] ?? NaN)),
  quantile: base.map((value, row) => value + (noise[row] ?? NaN)),
  poisson: base.map((value, row) => Math.floor(3 * value * (noise[row] ?? NaN))),
  gamma: base.map((value, row) => value * ((noise[row] ?? NaN) + 0.1)),
  log: base.map((value, row) => ((noise[row] ?? NaN) < value / 7 ? 1 : 0)),
};

// The same thresholds, splits and values: what is left is the rounding of sums.
test.each(reference.cases)("trees of $name are those of scikit-learn", async (given) => {
  const { loss, monotone, raw, l2 = 0, maxLeaves = 31, minLeafRows = 20 } = given;
  const { sums, trees } = await fit({
    columns: columns.map((column, position) => ({ ...column, monotone: monotone?.[position] ?? 0 })),
    targets: { target: targetOf[loss], ...(given.weights && { weights }) },
    loss: lossOf(loss),
    rules: { maxTrees: reference.trees, l2, maxLeaves, minLeafRows },
  });
  expect(trees).toHaveLength(reference.trees);
  expect(raw).toHaveLength(40);
  const largest = Math.max(...raw.map((value, row) => Math.abs(value - (sums[row] ?? NaN))));
  expect(largest).toBeLessThan(1e-9);
});

test("equal rows give equal trees, and a row of weight 2 counts as two rows", async () => {
  const target = targetOf.squared;
  const weighted = { target, weights: target.map((_, row) => 1 + (row % 2)) };
  const rules = { maxTrees: 5 };
  const once = await fit({ columns, targets: weighted, rules });
  expect(await fit({ columns, targets: weighted, rules })).toEqual(once);
  const twice = Array.from(target.keys()).flatMap((row) => (row % 2 === 0 ? [row] : [row, row]));
  const doubled = await fit({
    columns: columns.map((column): RawColumn =>
      column.kind === "number"
        ? { ...column, values: Float64Array.from(twice, (row) => column.values[row] ?? NaN) }
        : { ...column, values: Uint8Array.from(twice, (row) => column.values[row] ?? 0) },
    ),
    targets: { target: Float64Array.from(twice, (row) => target[row] ?? NaN) },
    // Rows of a leaf are counted without their weights, so only leaves that both trees may have are alike.
    rules: { ...rules, minLeafRows: 1, maxLeaves: 8 },
  });
  const single = await fit({ columns, targets: weighted, rules: { ...rules, minLeafRows: 1, maxLeaves: 8 } });
  expect(doubled.bases[0]).toBeCloseTo(single.bases[0] ?? NaN, 12);
  twice.forEach((row, position) => {
    expect(Math.abs((doubled.sums[position] ?? NaN) - (single.sums[row] ?? NaN))).toBeLessThan(1e-6);
  });
});

test("a constraint holds for every pair of rows that differ in its feature alone", async () => {
  const values = targetOf.squared.map((value, row) => value + Math.sin(40 * (noise[row] ?? NaN)));
  const probes = Array.from({ length: 200 }, (_, step) => step / 200);
  const rows = values.length;
  const constrained = async (monotone: -1 | 0 | 1): Promise<number[]> => {
    const [category, first, ...others] = columns;
    if (category === undefined || first?.kind !== "number") throw new Error("The rows have changed.");
    const given = [category, { ...first, monotone }, ...others];
    // Copies of the first row that differ in one number follow; they are in no training.
    const withProbes = given.map((column, position): RawColumn => {
      const extended = [
        ...column.values,
        ...probes.map((probe) => (position === 1 ? probe : (column.values[0] ?? NaN))),
      ];
      return column.kind === "number"
        ? { ...column, values: Float64Array.from(extended) }
        : { ...column, values: Uint8Array.from(extended) };
    });
    const { sums } = await fit({
      columns: withProbes,
      targets: { target: Float64Array.from([...values, ...probes]) },
      training: allRows(rows),
      rules: { maxTrees: 20 },
    });
    return sums.slice(rows);
  };
  const rises = (sums: readonly number[]): boolean =>
    sums.every((sum, at) => at === 0 || sum >= (sums[at - 1] ?? NaN));
  expect(rises(await constrained(1))).toBe(true);
  expect(rises(await constrained(0))).toBe(false);
  expect(rises((await constrained(-1)).toReversed())).toBe(true);
});

test.each([0.1, 0.5, 0.9])("a quantile of %d has that share of the rows below it", async (q) => {
  const target = targetOf.quantile;
  const { sums } = await fit({ columns, targets: { target }, loss: lossOf("quantile", q) });
  const below = target.filter((value, row) => value < (sums[row] ?? NaN)).length / target.length;
  expect(Math.abs(below - q)).toBeLessThan(0.03);
});

describe("early stopping", () => {
  const rows = allRows(3000);
  const sides = {
    training: rows.filter((row) => row % 4 !== 0),
    validation: rows.filter((row) => row % 4 === 0),
  };
  const noisy = base.map((value, row) => value + 8 * ((noise[row] ?? NaN) - 0.5));
  const rules = { learningRate: 0.3, maxTrees: 60 };
  const lossOn = (side: Int32Array, sums: readonly number[]): number =>
    side.reduce((sum, row) => sum + ((sums[row] ?? NaN) - (noisy[row] ?? NaN)) ** 2, 0) / side.length;

  test("keeps the trees up to the best on the rows kept from training", async () => {
    const stopped = await fit({
      columns,
      targets: { target: noisy },
      ...sides,
      rules: { ...rules, earlyStoppingTrees: 5 },
    });
    const whole = await fit({ columns, targets: { target: noisy }, ...sides, rules });
    expect(whole.trees).toHaveLength(60);
    expect(stopped.trees.length).toBeLessThan(40);
    expect(stopped.trees).toEqual(whole.trees.slice(0, stopped.trees.length));
    expect(lossOn(sides.validation, stopped.sums)).toBeLessThan(lossOn(sides.validation, whole.sums));
  });

  test("looks at no target of the rows kept from training to grow a tree", async () => {
    const spoilt = noisy.map((value, row) => (row % 4 === 0 ? 1e6 : value));
    const [one, other] = await Promise.all(
      [noisy, spoilt].map((target) =>
        fit({ columns, targets: { target }, ...sides, rules: { maxTrees: 3 } }),
      ),
    );
    expect(one?.trees).toEqual(other?.trees);
  });
});

test("rows that nothing tells apart make no tree, and an abort ends it", async () => {
  const alike: RawColumn[] = [{ kind: "number", monotone: 0, values: new Float64Array(3000) }];
  expect((await fit({ columns: alike, targets: { target: targetOf.squared } })).trees).toEqual([]);
  const signal = AbortSignal.abort();
  expect((await fit({ columns, targets: { target: targetOf.squared }, signal })).trees).toEqual([]);
});
