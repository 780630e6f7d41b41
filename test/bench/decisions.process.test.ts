import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = path.join(__dirname, "../..");
const decide = async (...args: string[]): Promise<string> =>
  (await run(process.execPath, ["--require", "tsx/cjs", "bench/decisions.ts", ...args], { cwd: root }))
    .stdout;

test("simulate:decisions prints a goal and a verdict for each line that is played, and ends with 0", async () => {
  const output = await decide("--runs", "20", "--only", "laptop: takes");
  const lines = output.split("\n").filter((line) => line.startsWith("| harmful"));
  expect(
    lines.map((line) =>
      line
        .split("|")
        .slice(-3, -1)
        .map((cell) => cell.trim()),
    ),
  ).toEqual([
    ["at least 95 % found", "met"],
    ["at least 95 % found", "met"],
  ]);
  expect(output.trim()).toMatch(/2 goals, 0 missed\.$/);
});

test.each([
  [["--runs", "few"], "--runs is few. Expected a whole number from 1."],
  [["--only", "no such thing"], '--only is "no such thing", which nothing has in its name.'],
])("it ends with 1 where it is asked for what there is not: %j", async (args, message) => {
  const stderr = expect.stringContaining(message) as string;
  await expect(decide(...args)).rejects.toMatchObject({ code: 1, stderr });
});
