import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { layOutModels, needPython } from "../../build/models";
import { listFiles } from "../../platform/base/files";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-models-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function writeModel(name: string, trainer: object, files: readonly string[]): Promise<void> {
  const model = path.join(folder, "models", name);
  const definition = {
    ...{ name, task: "regression", data: "data.csv", trainer, gate: { metric: "rmse" } },
    columns: [
      { name: "x", type: "number", range: [0, 1] },
      { name: "y", type: "number", role: "target" },
    ],
    split: { testFraction: 0.2, seed: 1 },
  };
  await mkdir(model, { recursive: true });
  const text = `import type { ModelDefinitionInput } from "../../platform/definition/definition";
const definition: ModelDefinitionInput = ${JSON.stringify(definition)};
export default definition;
`;
  await writeFile(path.join(model, "model.ts"), text);
  for (const file of ["data.csv", ...files]) {
    await mkdir(path.dirname(path.join(model, file)), { recursive: true });
    await writeFile(path.join(model, file), file);
  }
}

async function laidOut(programs: boolean): Promise<string[]> {
  const directory = path.join(folder, "out");
  await layOutModels(directory, { models: path.join(folder, "models"), programs });
  return (await listFiles(directory)).sort();
}

const python = { kind: "python", program: "train.py", requirements: "requirements.txt" };

beforeEach(async () => {
  await writeModel("linear", { kind: "ridge", alpha: 1 }, ["notes.md"]);
  await writeModel("shell", { kind: "command", run: ["sh", "train.sh", "{data}", "{output}"] }, ["train.sh"]);
});

test("definitions are compiled, and programs come with what they need: not with data, nor what interpreters left", async () => {
  await writeModel("trees", python, ["train.py", "lib/a.py", "requirements.txt", "__pycache__/a.pyc"]);
  expect(await laidOut(true)).toEqual([
    "linear/model.js",
    "shell/model.js",
    "shell/train.sh",
    "trees/lib/a.py",
    "trees/model.js",
    "trees/requirements.txt",
    "trees/train.py",
  ]);
  expect(await needPython(path.join(folder, "out"))).toBe(true);
});

test("without programs there are definitions alone", async () => {
  expect(await laidOut(false)).toEqual(["linear/model.js", "shell/model.js"]);
});

test("a program in another language needs no Python", async () => {
  await laidOut(true);
  expect(await needPython(path.join(folder, "out"))).toBe(false);
});
