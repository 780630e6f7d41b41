import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { decideSplit } from "../../training/inputs/split";
import { openWorkbench } from "../../training/inputs/workbench";
import { checkStep, requireSound, trainStep } from "../../training/steps";
import { parseModelDefinition, type ModelDefinitionInput } from "../../platform/definition/definition";

export type Row = Readonly<Record<string, string | number>>;

export const range = (length: number): number[] => Array.from({ length }, (_, index) => index);
/** Numbers of 0 to 1 that have no pattern, the same in every run. */
export const noise = (index: number): number => Math.abs(Math.sin(index * 12.9898) * 43758.5453) % 1;

/** Rows of numbers `a` and `b`, a category `c`, an amount `y` and a class `k`, and what is made of them. */
export interface Rows {
  readonly trainer: ModelDefinitionInput["trainer"];
  readonly data: readonly Row[];
  readonly changes?: Partial<ModelDefinitionInput>;
  /** Columns besides. */
  readonly columns?: ModelDefinitionInput["columns"];
  /** How the category becomes numbers. */
  readonly encoding?: "target";
  /** A path in the folder of the test. */
  readonly folder: (...parts: readonly string[]) => string;
}

/** Checks, splits and trains as a run does; gives what was measured and told. */
export async function trainRows({ trainer, data, changes = {}, columns = [], encoding, folder }: Rows) {
  const isClass = trainer.kind === "logistic";
  const definition = parseModelDefinition(
    {
      name: "unusual",
      task: isClass ? "classification" : "regression",
      data: "data.csv",
      columns: [
        { name: "a", type: "number" },
        { name: "b", type: "number", nullable: true },
        { name: "c", type: "category", ...(encoding && { encoding }) },
        ...columns,
        isClass
          ? { name: "k", type: "category", role: "target", values: ["no", "yes"] }
          : { name: "y", type: "number", role: "target" },
      ],
      trainer,
      gate: { metric: isClass ? "auc" : "rmse" },
      ...changes,
    },
    "the test's definition",
  );
  const file = folder("data.csv");
  const header = data[0] ? Object.keys(data[0]) : ["a", "b", "c", "y", "k"];
  const lines = data.map((row) => header.map((name) => row[name] ?? "").join());
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, `${[header.join(), ...lines].join("\n")}\n`);
  const workbench = await openWorkbench({ definition, definitionFile: folder("model.ts") }, file);
  try {
    const { report } = await checkStep(workbench, { find: () => Promise.resolve(undefined) });
    requireSound(report);
    const { metrics, warnings } = await trainStep(workbench, {
      outputDirectory: folder("model"),
      run: "run-1",
      code: {},
      champion: undefined,
      split: await decideSplit(workbench, undefined, undefined),
    });
    return {
      metrics: metrics.heldOut.metrics,
      told: [...report.findings.map(({ message }) => message), ...warnings],
    };
  } finally {
    await workbench.engine.close();
  }
}
