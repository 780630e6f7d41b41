import { mkdirSync } from "node:fs";
import path from "node:path";
import { fittedHere } from "../../platform/definition/trainers";
import { knownData, takeToProduction } from "./known-data";
import { Workplace } from "./mlops";

/** Each data set goes from a file to production with each trainer of this product that fits it. */

const place = new Workplace();
const models = path.join(place.home, "models");
beforeAll(() => mkdirSync(models));
afterAll(() => place.remove());

const cases = Object.entries(knownData).flatMap(([name, { classes }]) =>
  fittedHere(classes.length > 0 ? "classification" : "regression").map((kind) => [name, kind] as const),
);

test("every trainer of this product is among them", () => {
  expect([...new Set(cases.map(([, kind]) => kind))].sort()).toEqual([...fittedHere()].sort());
});

/** A few trees are as good a proof as a hundred. */
const withFewTrees = (drafted: string): string =>
  drafted.replace('kind: "boosted-trees"', 'kind: "boosted-trees", maxTrees: 30');

test.each(cases)("%s by %s goes from a file to production, and answers there", async (name, kind) => {
  await takeToProduction(
    place,
    { MLOPS_MODELS: models },
    { name, model: `${name}-${kind}`, flags: ["--trainer", kind], change: withFewTrees },
  );
});
