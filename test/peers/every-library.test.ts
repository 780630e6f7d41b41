import { mkdirSync } from "node:fs";
import path from "node:path";
import { libraries } from "../../cli/init/choose-trainer";
import { takeToProduction } from "../e2e/known-data";
import { Workplace } from "../e2e/mlops";
import { describeUnless } from "./python-tools";
import { pathWithPython, skipReason } from "./trainer-python";

type Library = (typeof libraries)[number];

/** What somebody who knows the data changes of a draft: a program is asked for the median, and weighs a rare class, by its own parameters. */
const changes: Readonly<Record<string, Readonly<Record<Library, (drafted: string) => string>>>> = {
  claims: {
    lightgbm: (drafted) => drafted.replace("parameters: { ", 'parameters: { objective: "regression_l1", '),
    sklearn: (drafted) => drafted,
  },
  payments: {
    lightgbm: (drafted) => withWeights(drafted),
    sklearn: (drafted) => withWeights(drafted).replace("min_samples_leaf: 3", "min_samples_leaf: 20"),
  },
};

/** Probabilities of a model that weighs classes are not the data's: their log loss is no longer what it is judged by. */
function withWeights(drafted: string): string {
  return drafted
    .replace("parameters: { ", 'parameters: { class_weight: "balanced", ')
    .replace(/, \{ metric: "logLoss", max: [\d.]+ \}/, "");
}

describeUnless(skipReason, "amounts with a long tail and a rare class, by the python trainer", () => {
  const place = new Workplace();
  const models = path.join(place.home, "models");
  beforeAll(() => mkdirSync(models));
  afterAll(() => place.remove());

  test.each(libraries.flatMap((library) => ["claims", "payments"].map((name) => [name, library] as const)))(
    "%s by %s goes from a file to production, and answers there",
    async (name, library) => {
      const flags = ["--trainer", "python", "--library", library];
      await takeToProduction(
        place,
        { MLOPS_MODELS: models, PATH: pathWithPython },
        { name, model: `${name}-${library}`, flags, change: changes[name]?.[library] ?? String },
      );
    },
    30 * 60_000,
  );
});
