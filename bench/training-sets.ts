import { readFileSync } from "node:fs";
import path from "node:path";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import type { LossName } from "../training/trainers/trees/losses";

/** Rows to train on and to measure with: every fifth is held out. */
export interface TrainingSet {
  readonly name: string;
  readonly loss: LossName;
  /** By feature; NaN is missing. A category has whole numbers from 0. */
  readonly columns: readonly { readonly kind: "number" | "category"; readonly values: Float64Array }[];
  readonly target: Float64Array;
}

const random = xoroshiro128plus(20_261_126);
const uniform = (): number => uniformFloat64(random);
const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
const drawn = (rows: number, draw: () => number): Float64Array => Float64Array.from({ length: rows }, draw);

/** A shipped model's CSV file, which has no quotes. */
function shipped(
  name: string,
  { target, categories, loss }: { target: string; categories: string[]; loss: LossName },
): TrainingSet {
  const text = readFileSync(path.join(__dirname, "..", "models", name, "data.csv"), "utf8");
  const [head = [], ...rows] = text
    .trimEnd()
    .split("\n")
    .map((line) => line.split(","));
  const column = (title: string) => rows.map((row) => row[head.indexOf(title)] ?? "");
  return {
    name,
    loss,
    target: Float64Array.from(column(target), Number),
    columns: head
      .filter((title) => title !== target)
      .map((title) => {
        const texts = column(title);
        if (!categories.includes(title))
          return {
            kind: "number",
            values: Float64Array.from(texts, (value) => (value === "" ? NaN : Number(value))),
          };
        const values = [...new Set(texts.filter((value) => value !== ""))].sort();
        return {
          kind: "category",
          values: Float64Array.from(texts, (value) => (value === "" ? NaN : values.indexOf(value))),
        };
      }),
  };
}

/** Fares by distance, hour, a zone of 60 and passengers, with outliers as meters that ran on. */
function taxi(rows: number): TrainingSet {
  const zones = Array.from({ length: 60 }, () => 3 * normal());
  const [distance, hour] = [drawn(rows, () => Math.exp(normal())), drawn(rows, () => 24 * uniform())];
  const zone = drawn(rows, () => Math.floor(60 * uniform() ** 2));
  const passengers = drawn(rows, () => (uniform() < 0.05 ? NaN : 1 + Math.floor(5 * uniform())));
  const target = drawn(rows, () => 0).map((_, row) => {
    const rush = Math.exp(-(((hour[row] ?? 0) - 17) ** 2) / 8);
    const fare = 3 + (distance[row] ?? 0) * (2.5 + rush) + (zones[zone[row] ?? 0] ?? 0) + normal();
    return uniform() < 0.01 ? fare * 5 : fare;
  });
  const numbers = [distance, hour, passengers].map((values) => ({ kind: "number", values }) as const);
  return {
    name: "taxi-like",
    loss: "absolute",
    target,
    columns: [...numbers, { kind: "category", values: zone }],
  };
}

function normals(rows: number, features: number): Float64Array[] {
  return Array.from({ length: features }, () => drawn(rows, normal));
}

/** The same function of normal features, with other targets made of it. */
function made(
  name: string,
  {
    rows,
    features,
    loss,
    toTarget,
  }: { rows: number; features: number; loss: LossName; toTarget: (signal: number) => number },
): TrainingSet {
  const columns = normals(rows, features);
  const at = (column: number, row: number): number => columns[column]?.[row] ?? NaN;
  const target = drawn(rows, () => 0).map((_, row) =>
    toTarget(2 * at(0, row) + Math.sin(3 * at(1, row)) + (1 + at(2, row)) * (1 + at(3, row))),
  );
  return { name, loss, target, columns: columns.map((values) => ({ kind: "number", values })) };
}

export function trainingSets(): TrainingSet[] {
  return [
    shipped("diabetes", { target: "progression", categories: [], loss: "squared" }),
    shipped("titanic", { target: "survived", categories: ["pclass", "sex", "embarked"], loss: "log" }),
    taxi(50_000),
    // Student's t with two degrees of freedom: its variance is infinite.
    made("heavy tail", {
      rows: 50_000,
      features: 6,
      loss: "absolute",
      toTarget: (signal) => signal + normal() / Math.sqrt(-Math.log(1 - uniform())),
    }),
    made("imbalanced 200 k", {
      rows: 200_000,
      features: 8,
      loss: "log",
      toTarget: (signal) => Number(uniform() < 1 / (1 + Math.exp(6 - signal))),
    }),
  ];
}

/** What the time of training is measured with. */
export function largeSet(rows: number): TrainingSet {
  return made(`${rows / 1e6} M × 10`, {
    rows,
    features: 10,
    loss: "squared",
    toTarget: (signal) => signal + normal(),
  });
}
