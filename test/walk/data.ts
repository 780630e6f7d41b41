import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { repository } from "../e2e/mlops";

/** Places of columns in the sample's data. */
const [bmi, s5] = [2, 8];

/** Writes the sample's rows, each changed. */
async function write(file: string, change: (rows: readonly string[][]) => string[][]): Promise<string> {
  const text = await readFile(path.join(repository, "models", "diabetes", "data.csv"), "utf8");
  const [header = "", ...lines] = text.trim().split(/\r?\n/);
  const rows = change(lines.map((line) => line.split(",")));
  await writeFile(file, [header, ...rows.map((row) => row.join(",")), ""].join("\n"));
  return file;
}

/** Of every third row two columns are another row's, as after a join by a wrong key: a model learns less from it. */
export const garbledData = (file: string): Promise<string> =>
  write(file, (rows) =>
    rows.map((row, at) =>
      row.map((value, column) => {
        const moved = at % 3 === 0 && (column === bmi || column === s5);
        return moved ? (rows[(at + 7) % rows.length]?.[column] ?? value) : value;
      }),
    ),
  );

/** The sample's own data. */
export const goodData = (file: string): Promise<string> => write(file, (rows) => rows.map((row) => [...row]));

/** Targets are of another unit: no check lets that pass unless somebody accepts it, and a model of it is wrong everywhere. */
export const wrongData = (file: string): Promise<string> =>
  write(file, (rows) => rows.map((row) => [...row.slice(0, -1), String(Number(row.at(-1)) / 2 + 300)]));
