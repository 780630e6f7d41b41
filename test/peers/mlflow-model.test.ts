import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { ModelDefinition } from "../../platform/definition/definition";
import { digestOf } from "../../platform/base/files";
import { readGoldenRows } from "../../platform/model/model-directory";
import { train } from "../../training/directory/train";
import { openShippedData, shippedDefinition, splitOf } from "../training/shipped-data";
import { runPython, skipReason } from "./python-venv";

interface Loaded {
  readonly signature: readonly { name: string; type: string; required: boolean }[];
  readonly run: string;
  readonly example_rows: number;
  readonly pyfunc: Readonly<Record<string, (number | string)[]>>;
  readonly onnxruntime: Readonly<Record<string, (number | string)[]>>;
}

const mlflowTypes = { number: "double", category: "string", boolean: "boolean", date: "double" } as const;
const onlyBmi = shippedDefinition("diabetes").columns.filter(({ name }) =>
  ["bmi", "progression"].includes(name),
);

let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlflow-model-"));
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function trained(definition: ModelDefinition, outputDirectory: string): Promise<void> {
  const engine = await openShippedData(definition);
  await train({
    engine,
    definition,
    split: splitOf(definition),
    source: { file: "data.csv", digest: digestOf("data"), rows: 1, header: [] },
    outputDirectory,
    run: "run-1",
    now: new Date("2026-11-21T10:20:30Z"),
    code: {},
    commandDirectory: folder,
  });
  await engine.close();
}

(skipReason === undefined ? describe : describe.skip)(
  `a model directory in Python${skipReason ? ` (skipped: ${skipReason})` : ""}`,
  () => {
    test.each<[string, ModelDefinition]>([
      ["diabetes", shippedDefinition("diabetes")],
      ["titanic", shippedDefinition("titanic")],
      [
        "a model of one feature",
        shippedDefinition("diabetes", {
          columns: onlyBmi,
          gate: { metric: "rmse" },
          card: {},
        }),
      ],
    ])(
      "%s loads with mlflow, passes onnx.checker and gives the golden predictions",
      async (name, definition) => {
        const directory = path.join(folder, name);
        await trained(definition, directory);
        const loaded = JSON.parse(await runPython("load_model_directory.py", [directory])) as Loaded;
        expect(loaded.signature).toEqual(
          definition.columns
            .filter(({ role }) => role === "feature")
            .map((column) => ({
              name: column.name,
              type: mlflowTypes[column.type],
              required: !column.nullable,
            })),
        );
        expect(loaded).toMatchObject({ run: "run-1", example_rows: 8 });
        const golden = await readGoldenRows(directory);
        for (const outputs of [loaded.pyfunc, loaded.onnxruntime]) {
          const pairs = [
            ...golden.predictions.map((value, row) => [value, outputs.prediction?.[row]] as const),
            ...(golden.probabilities ?? []).map((value, row) => [value, outputs.probability?.[row]] as const),
          ];
          expect(pairs.length).toBeGreaterThanOrEqual(8);
          pairs.forEach(([expected, actual]) => {
            const difference = Math.abs(Number(actual) - Number(expected));
            expect(difference).toBeLessThanOrEqual(
              golden.tolerance * Math.max(1, Math.abs(Number(expected))),
            );
          });
        }
      },
    );
  },
);
