import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { isFile, listProgramFiles } from "../../../platform/definition/program-files";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-program-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
    await writeFile(path.join(folder, name), name);
  }
}

const listed = async (data: string): Promise<string[]> =>
  (await listProgramFiles(folder, data)).map((file) => path.relative(folder, file)).sort();

test("a program's files are what people wrote, below the model's folder, too", async () => {
  await write("train.py", "lib/rows.csv", "model.ts", "model.js", "data.csv");
  await write("lib/__pycache__/a.pyc", ".venv/a.py", "node_modules/a/index.js");
  expect(await listed("data.csv")).toEqual(["lib/rows.csv", "train.py"]);
  expect(await listed("./lib")).toEqual(["data.csv", "train.py"]);
});

test("data that lies elsewhere takes nothing away", async () => {
  await write("train.py");
  expect(await listed("../elsewhere/train.py")).toEqual(["train.py"]);
});

test("a link that leads nowhere is no file, nor is a folder", async () => {
  await write("lib/a.py");
  await symlink("gone", path.join(folder, "broken"));
  expect(await isFile(path.join(folder, "broken"))).toBe(false);
  expect(await isFile(path.join(folder, "lib"))).toBe(false);
  expect(await isFile(path.join(folder, "lib/a.py"))).toBe(true);
});
