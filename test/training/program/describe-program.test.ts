import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { digestOf, digestOfListing } from "../../../platform/base/files";
import { describeProgram } from "../../../training/program/describe-program";
import { diabetes } from "../../platform/data/definitions";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-program-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function write(name: string, text = name): Promise<void> {
  await mkdir(path.dirname(path.join(folder, name)), { recursive: true });
  await writeFile(path.join(folder, name), text);
}

const described = (run: string[], data = "data.csv") =>
  describeProgram(run, {
    directory: path.join(folder, "model"),
    definition: { ...diabetes, data },
  });
const of = (name: string, text: string) => ({ path: name, digest: digestOf(text) });

test("the files and package lists of the model's folder are the program; data and what tools put there are not", async () => {
  await write("model/model.ts");
  await write("model/train.py");
  await write("model/lib/features.py");
  await write("model/requirements.txt");
  await write("model/uv.lock");
  await write("model/data.csv");
  // As an image has the definition.
  await write("model/model.js");
  for (const name of [".venv/x.py", "__pycache__/train.pyc", "node_modules/a/index.js", ".env"]) {
    await write(`model/${name}`);
  }
  await symlink("gone", path.join(folder, "model", "broken"));
  const program = await described(["python", "train.py", "{data}", "{output}"]);
  const files = [of("lib/features.py", "model/lib/features.py"), of("train.py", "model/train.py")];
  const packages = [of("requirements.txt", "model/requirements.txt"), of("uv.lock", "model/uv.lock")];
  expect(program).toMatchObject({ files, packages });
  expect(program.digest).toBe(
    digestOfListing([files[0], packages[0], files[1], packages[1]].filter((file) => file !== undefined)),
  );

  await write("model/lib/features.py", "changed");
  expect((await described(["python", "train.py"])).digest).not.toBe(program.digest);
});

test("a program outside of the folder is recorded with the package lists beside it", async () => {
  await write("model/model.ts");
  await write("shared/train.py");
  await write("shared/helper.py");
  await write("shared/requirements-dev.txt");
  await write("shared/settings.yaml");
  expect(
    await described(["python", "../shared/train.py", "--config=../shared/settings.yaml", "no-file", ""]),
  ).toMatchObject({
    files: [
      of("../shared/settings.yaml", "shared/settings.yaml"),
      of("../shared/train.py", "shared/train.py"),
    ],
    packages: [of("../shared/requirements-dev.txt", "shared/requirements-dev.txt")],
  });
});

test("data in a folder below the model's is left out", async () => {
  await write("model/train.R");
  await write("model/rows/1.csv");
  expect((await described(["Rscript", "train.R"], "rows")).files).toEqual([of("train.R", "model/train.R")]);
});
