import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { gunzipSync } from "node:zlib";
import { initModel } from "../../../cli/init/init";
import { parseModelDefinition, type ModelDefinitionInput } from "../../../platform/definition/definition";
import { loadDefinition } from "../../../platform/definition/definitions";
import { decideSplit } from "../../../training/inputs/split";
import { openWorkbench } from "../../../training/inputs/workbench";
import { checkStep, requireSound, trainStep } from "../../../training/steps";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const fixtures = path.join(__dirname, "../../e2e/fixtures");

type Trainer = ModelDefinitionInput["trainer"];
type Reference = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, number>>>>>>;

/** The data with a column that holds every fifth row out, the first one first, as the reference does. */
async function withSides(file: string): Promise<string> {
  const content = await readFile(file);
  const text = (file.endsWith(".gz") ? gunzipSync(content) : content).toString("utf8");
  const [header = "", ...lines] = text.trimEnd().split("\n");
  const sided = lines.map((line, row) => `${line},${row % 5 === 0 ? "test" : "train"}`);
  const target = folder("sided.csv");
  await writeFile(target, [`${header},side`, ...sided].join("\n"));
  return target;
}

/** The metrics of held-out rows of the model that `init` drafts, with a trainer. */
async function heldOutMetrics(
  from: string,
  trainer: Trainer,
  flags: { readonly task?: "classification" },
): Promise<Readonly<Record<string, number>>> {
  const models = folder("models");
  await mkdir(models);
  await initModel({ name: "known-data", from, models, ...flags });
  const loaded = await loadDefinition("known-data", undefined, models);
  const definition = parseModelDefinition(
    // A threshold changes none of these metrics, and takes five fits.
    { ...loaded.definition, trainer, threshold: undefined, split: { column: "side" } },
    "known-data",
  );
  const workbench = await openWorkbench({ ...loaded, definition }, await withSides(from));
  try {
    requireSound((await checkStep(workbench, { find: () => Promise.resolve(undefined) })).report);
    const split = await decideSplit(workbench, undefined, undefined);
    const { metrics } = await trainStep(workbench, {
      ...{ outputDirectory: folder("model"), run: "run-1", code: {}, split },
    });
    return metrics.heldOut.metrics;
  } finally {
    await workbench.engine.close();
  }
}

const logistic = { kind: "logistic", l2: 1 } as const;
const trees = { kind: "boosted-trees", maxTrees: 20 } as const;
const classes = { task: "classification" } as const;

// Figures of scikit-learn, by python test/training/reference/make_business_reference.py.
test.each<[string, Trainer["kind"], string, Trainer, { readonly task?: "classification" }]>([
  ["iris", "logistic", "classes/iris.csv", logistic, {}],
  ["iris", "boosted-trees", "classes/iris.csv", trees, {}],
  ["wine", "logistic", "classes/wine.csv", logistic, classes],
  ["wine", "boosted-trees", "classes/wine.csv", trees, classes],
  ["digits", "logistic", "classes/digits.csv", logistic, classes],
  ["digits", "boosted-trees", "classes/digits.csv", trees, classes],
  ["payments", "logistic", "business/payments.csv.gz", logistic, {}],
  ["payments", "boosted-trees", "business/payments.csv.gz", trees, {}],
  ["claims", "ridge", "business/claims.csv", { kind: "ridge", alpha: 1, targetTransform: "log" }, {}],
  ["claims", "boosted-trees", "business/claims.csv", { ...trees, loss: "absolute" }, {}],
])("%s by %s: as good on held-out rows as scikit-learn's", async (name, kind, file, trainer, flags) => {
  const reference = JSON.parse(
    await readFile(path.join(__dirname, "../reference/business.json"), "utf8"),
  ) as Reference;
  const found = await heldOutMetrics(path.join(fixtures, file), trainer, flags);
  const expected = Object.entries(reference[name]?.[kind] ?? {});
  expect(expected.length).toBeGreaterThan(0);
  // Linear models have one solution. Trees choose among splits of equal gain, and sums of gradients have 32 bits there.
  const tolerance = kind === "boosted-trees" ? 0.02 : 1e-6;
  for (const [metric, value] of expected) {
    expect([metric, Math.abs((found[metric] ?? NaN) / value - 1) < tolerance, found[metric], value]).toEqual([
      ...[metric, true, found[metric], value],
    ]);
  }
});
