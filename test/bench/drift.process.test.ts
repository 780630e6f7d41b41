import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = path.join(__dirname, "../..");

test("bench:drift measures two sizes, each in a process of its own, and names goals and verdicts", async () => {
  const args = ["--require", "tsx/cjs", "bench/drift.ts", "--rows", "10000"];
  const { stdout } = await run(process.execPath, args, { cwd: root });
  const cells = stdout
    .split("\n")
    .filter((line) => /^\| a (Parquet|prediction)/.test(line))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  expect(cells.map((line) => line[2])).toEqual(["2,000", "10,000", "200", "1,000"]);
  // The income has moved in the file; so few rows are no goal's.
  expect(cells.map((line) => line[6])).toEqual(["income", "income", expect.any(String), expect.any(String)]);
  expect(cells.map((line) => line[7])).toEqual(["", "not judged", "", ""]);
  expect(cells.map((line) => line[8])).toEqual(["", "met", "", "met"]);
  expect(stdout).toContain("Goals: 10,000,000 rows of a file in 5 s on two cores");
});
