import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { repository, type Workplace } from "./mlops";

type Row = Readonly<Record<string, string | number>>;

/** A data set of the tests, as a user has it. */
interface KnownData {
  /** Where it is, from the fixtures' folder. */
  readonly file: string;
  readonly target: string;
  /** As answers name them, in their order; none of a regression. */
  readonly classes: readonly (string | number)[];
  /** What `init` is told besides. */
  readonly flags?: readonly string[];
}

/** Its CSV, and its rows, apart from their targets. */
function readKnown({ file, target }: KnownData): {
  readonly csv: string;
  readonly features: readonly Row[];
  readonly targets: readonly string[];
} {
  const content = readFileSync(path.join(repository, "test/e2e/fixtures", file));
  const csv = (file.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8");
  const [header = [], ...lines] = csv
    .trim()
    .split("\n")
    .map((line) => line.trim().split(","));
  const valueOf = (text: string): string | number => (Number.isNaN(Number(text)) ? text : Number(text));
  return {
    csv,
    features: lines.map((fields) =>
      Object.fromEntries(
        header.flatMap((name, at) => (name === target ? [] : [[name, valueOf(fields[at] ?? "")]])),
      ),
    ),
    targets: lines.map((fields) => fields[header.indexOf(target)] ?? ""),
  };
}

/** What a service answers to rows. */
interface Answer {
  readonly result: readonly (string | number)[];
  readonly classes?: readonly (string | number)[];
  readonly probabilities?: readonly (readonly number[])[];
}

/** Asks a service for rows; throws where it refuses them. */
async function askScore(url: string, data: readonly object[]): Promise<Answer> {
  const response = await fetch(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data }),
  });
  if (response.status !== 200) throw new Error(`${response.status}: ${await response.text()}`);
  return (await response.json()) as Answer;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** The share of rows whose class is right. */
function shareRight({ result }: Answer, targets: readonly string[]): number {
  return mean(targets.map((target, row) => (String(result[row]) === target ? 1 : 0)));
}

/** How many times as probable the positive class of two is for rows that have it as for the others, on average. */
function lift({ probabilities = [] }: Answer, targets: readonly string[], positive: string): number {
  const of = (wanted: boolean): number =>
    mean(
      probabilities.flatMap(([, value = NaN], row) =>
        (targets[row] === positive) === wanted ? [value] : [],
      ),
    );
  return of(true) / of(false);
}

/** The mean distance to amounts, as a part of that of their median. */
function errorShare({ result }: Answer, targets: readonly string[]): number {
  const amounts = targets.map(Number);
  const sorted = amounts.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  const distance = (predicted: (row: number) => number): number =>
    mean(amounts.map((amount, row) => Math.abs(amount - predicted(row))));
  return distance((row) => Number(result[row])) / distance(() => median);
}

/** What a good answer has, by a measure of it: each is far from that of a model that has learned nothing. */
interface Expected {
  readonly measured: (answer: Answer, targets: readonly string[]) => number;
  readonly above?: number;
  readonly below?: number;
}

const numbered = ["--task", "classification"] as const;
const rightAbove = (above: number): Expected => ({ measured: shareRight, above });

/** Data sets that every trainer is to learn from. Four in five of their rows are trained on. */
export const knownData: Readonly<Record<string, KnownData & { readonly expected: Expected }>> = {
  iris: {
    ...{ file: "classes/iris.csv", target: "class", classes: ["setosa", "versicolor", "virginica"] },
    expected: rightAbove(0.95),
  },
  wine: {
    ...{ file: "classes/wine.csv", target: "class", classes: [0, 1, 2], flags: numbered },
    expected: rightAbove(0.97),
  },
  digits: {
    ...{
      file: "classes/digits.csv",
      target: "class",
      classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      flags: numbered,
    },
    expected: rightAbove(0.98),
  },
  // A few amounts are far above the rest.
  claims: {
    ...{ file: "business/claims.csv", target: "cost", classes: [] },
    expected: { measured: errorShare, below: 0.9 },
  },
  // About one in a hundred is fraud.
  payments: {
    ...{ file: "business/payments.csv.gz", target: "fraud", classes: ["no", "yes"] },
    expected: { measured: (answer, targets) => lift(answer, targets, "yes"), above: 3 },
  },
};

/** Rows that a service takes at once. */
const maxRows = 10_000;

/**
 * A data set's way from a file to production by the command, with a trainer that flags of `init` choose; what production answers to its rows has to
 * be as is expected of it. `change` may change the definition that was drafted.
 */
export async function takeToProduction(
  place: Workplace,
  env: NodeJS.ProcessEnv & { readonly MLOPS_MODELS: string },
  request: {
    readonly name: string;
    readonly model: string;
    readonly flags: readonly string[];
    readonly change?: (drafted: string) => string;
  },
): Promise<void> {
  const { name, model, flags, change = (drafted) => drafted } = request;
  const set = knownData[name];
  if (set === undefined) throw new Error(`There is no data set "${name}".`);
  const { csv, features, targets } = readKnown(set);
  const data = path.join(place.home, `${name}.csv`);
  writeFileSync(data, csv);
  const init = ["init", model, "--from", data, "--target", set.target, ...(set.flags ?? []), ...flags];
  expect(await place.run(init, env)).toMatchObject({ code: 0, stderr: "" });
  const file = path.join(env.MLOPS_MODELS, model, "model.ts");
  const definition = change(readFileSync(file, "utf8"));
  writeFileSync(file, definition);
  const started = place.start(["lifecycle", "--model", model, "--yes", "--keep-serving"], env);
  await started.printed("Ctrl-C stops it.");
  const url = await place.productionUrl(model, env);
  // What `init` has left out, such as a pixel that is the same in every row, is sent by nobody.
  const isUsed = (column: string): boolean => definition.includes(`{ name: "${column}", type: `);
  const rows = features
    .slice(0, maxRows)
    .map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => isUsed(column))));
  const answer = await askScore(url, rows);
  started.process.kill("SIGINT");
  await started.ended;
  expect(answer.classes ?? []).toEqual(set.classes);
  const { measured, above = -Infinity, below = Infinity } = set.expected;
  const found = measured(answer, targets.slice(0, maxRows));
  expect(found).toBeGreaterThan(above);
  expect(found).toBeLessThan(below);
}
