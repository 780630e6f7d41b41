import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { binRows, type RawColumn } from "../training/trainers/trees/bins";
import { boost } from "../training/trainers/trees/boost";
import { leafOf } from "../training/trainers/trees/grow-tree";
import { objectiveOf } from "../training/trainers/trees/objective";
import { lossOf } from "../training/trainers/trees/losses";
import { printTable } from "./table";
import { largeSet, trainingSets, type TrainingSet } from "./training-sets";

const python = path.join(__dirname, "..", ".venv", "bench", "trainers", "bin", "python");
const script = path.join(__dirname, "peers", "trainers.py");
const rules = { learningRate: 0.1, maxTrees: 100, maxLeaves: 31, minLeafRows: 20, l2: 0 };

/** Mean loss on the held-out rows, its standard error, and processor time of the fit in seconds. */
interface Score {
  readonly loss: number;
  readonly error: number;
  readonly seconds: number;
}

function toRaw({ kind, values }: TrainingSet["columns"][number]): RawColumn {
  if (kind === "number") return { kind, monotone: 0, values };
  return {
    kind,
    monotone: 0,
    values: Uint8Array.from(values, (value) => (Number.isNaN(value) ? 0 : value + 1)),
    categories: 1 + values.reduce((max, value) => (value > max ? value : max), 0),
  };
}

async function score({ columns, target, loss: name }: TrainingSet): Promise<Score> {
  const loss = lossOf(name);
  const rows = Int32Array.from(target.keys());
  const sides = { training: rows.filter((row) => row % 5 !== 4), validation: new Int32Array() };
  const raw = columns.map(toRaw);
  const started = process.cpuUsage();
  const binned = binRows(target.length, raw, sides);
  const objective = objectiveOf(loss, { target });
  const leafQuantile = loss.leafQuantile;
  const { bases, trees } = await boost(
    binned,
    { target },
    { sides, objective, rules: { ...rules, leafQuantile } },
  );
  const { user, system } = process.cpuUsage(started);
  const losses = Array.from(
    rows.filter((row) => row % 5 === 4),
    (row) =>
      loss.value(
        target[row] ?? NaN,
        trees.reduce((sum, { tree }) => sum + leafOf(tree, binned, row).value, bases[0] ?? NaN),
      ),
  );
  const mean = losses.reduce((sum, value) => sum + value, 0) / losses.length;
  const variance = losses.reduce((sum, value) => sum + (value - mean) ** 2, 0) / losses.length;
  return { loss: mean, error: Math.sqrt(variance / losses.length), seconds: (user + system) / 1e6 };
}

/** Writes a set for the peers' program, which reads doubles column by column. */
function writeSet(folder: string, index: number, { columns, target, name, loss }: TrainingSet): void {
  const kinds = columns.map(({ kind }) => kind);
  writeFileSync(
    path.join(folder, `${index}.json`),
    JSON.stringify({ name, loss, kinds, rows: target.length }),
  );
  const bytes = [...columns.map(({ values }) => values), target].map(({ buffer }) => Buffer.from(buffer));
  writeFileSync(path.join(folder, `${index}.bin`), Buffer.concat(bytes));
}

function readSet(file: string): TrainingSet {
  const { name, loss, kinds, rows } = JSON.parse(readFileSync(file, "utf8")) as Pick<
    TrainingSet,
    "name" | "loss"
  > & {
    kinds: ("number" | "category")[];
    rows: number;
  };
  const bytes = Uint8Array.from(readFileSync(file.replace(/json$/, "bin")));
  const column = (index: number) => new Float64Array(bytes.buffer, index * rows * 8, rows);
  const columns = kinds.map((kind, index) => ({ kind, values: column(index) }));
  return { name, loss, columns, target: column(kinds.length) };
}

/** Each peer's score of each set, in the order of the files. */
function peerScores(folder: string): Record<string, Score[]> {
  return JSON.parse(execFileSync(python, [script, "score", folder], { encoding: "utf8" })) as Record<
    string,
    Score[]
  >;
}

function shown({ loss, error }: Score): string {
  return `${loss.toPrecision(4)} ± ${error.toPrecision(1)}`;
}

/** Prints held-out losses and processor time of boosted trees beside those of scikit-learn and LightGBM, where they are installed. */
async function main(): Promise<void> {
  const rows = Number(process.argv[2] ?? 1_000_000);
  const folder = mkdtempSync(path.join(tmpdir(), "bench-trainers-"));
  try {
    const own = [...trainingSets(), largeSet(rows)];
    own.forEach((set, index) => writeSet(folder, index, set));
    const hasPeers = existsSync(python);
    // Sets that come with scikit-learn follow the own ones.
    if (hasPeers) execFileSync(python, [script, "export", folder, String(own.length)]);
    const files = readdirSync(folder).filter((file) => file.endsWith(".json"));
    const sets = files
      .sort((a, b) => parseInt(a) - parseInt(b))
      .map((file) => readSet(path.join(folder, file)));
    const peers = hasPeers ? peerScores(folder) : {};
    if (!hasPeers) console.log("scikit-learn and LightGBM are not there: bench/peers/install installs them.");
    const table: string[][] = [];
    for (const [index, set] of sets.entries()) {
      const scores = [await score(set), ...Object.values(peers).flatMap((all) => all[index] ?? [])];
      table.push([
        set.name,
        set.loss,
        ...scores.map(shown),
        ...scores.map(({ seconds }) => seconds.toFixed(2)),
      ]);
    }
    const names = ["boosted-trees", ...Object.keys(peers)];
    printTable(["Data", "Loss", ...names, ...names.map((name) => `${name}, s`)], table);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

void main();
