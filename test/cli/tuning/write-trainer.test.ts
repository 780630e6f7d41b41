import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { changeTrainer, findTrainer, writeTrainer } from "../../../cli/tuning/write-trainer";
import { loadDefinition } from "../../../platform/definition/definitions";
import { withSettings } from "../../../training/tuning/cross-validate";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

test.each([
  ['{ kind: "ridge", alpha: 1 }', { alpha: 10 }, '{ kind: "ridge", alpha: 10 }'],
  ['{ alpha: 0.5, kind: "ridge" }', { alpha: 10 }, '{ alpha: 10, kind: "ridge" }'],
  ['{ kind: "ridge", alpha: 1 }', { standardize: false }, '{ kind: "ridge", alpha: 1, standardize: false }'],
  [
    "{\n  kind: 'boosted-trees', // maxLeaves: 3\n  maxLeaves: 31,\n}",
    { maxLeaves: 7 },
    "{\n  kind: 'boosted-trees', // maxLeaves: 3\n  maxLeaves: 7,\n}",
  ],
  [
    '{ kind: "boosted-trees", loss: "squared", maxTrees: 5 }',
    { loss: "absolute" },
    '{ kind: "boosted-trees", loss: "absolute", maxTrees: 5 }',
  ],
  [
    '{ kind: "python", parameters: { depth: 3, rate: 0.1 } }',
    { "parameters.depth": 6, "parameters.rate": 0.05 },
    '{ kind: "python", parameters: { depth: 6, rate: 0.05 } }',
  ],
  [
    "{ kind: 'python', parameters: { 'min-rows': 3, tree: { leaves: 7 } }, leaves: 1 }",
    { "parameters.min-rows": 6, "parameters.tree.leaves": 9 },
    "{ kind: 'python', parameters: { 'min-rows': 6, tree: { leaves: 9 } }, leaves: 1 }",
  ],
  // What is made elsewhere stays.
  [
    "{ kind: 'python', parameters: shared }",
    { "parameters.depth": 6 },
    "{ kind: 'python', parameters: shared }",
  ],
])("in %s %j is set", (trainer, settings, expected) => {
  expect(changeTrainer(trainer, settings)).toBe(expected);
});

test.each([
  ['{ trainer: { kind: "ridge", monotone: {} }, gate }', '{ kind: "ridge", monotone: {} }'],
  ['// trainer: { old }\n{ trainer: { kind: "}" } }', '{ kind: "}" }'],
  ["{ trainer: shared }", undefined],
  ["{ trainer: { a }, other: { trainer: { b } } }", undefined],
])("the trainer of %j is found", (source, expected) => {
  const place = findTrainer(source);
  expect(place && source.slice(place.start, place.end)).toBe(expected);
});

async function model(trainer: string, before = "") {
  const source = `${before}export default {
  name: "cost",
  task: "regression",
  data: "data.csv",
  columns: [{ name: "x", type: "number" }, { name: "y", type: "number", role: "target" }],
  trainer: ${trainer}, // as agreed
  gate: { metric: "rmse" },
};
`;
  await mkdir(folder("cost"), { recursive: true });
  await writeFile(folder("cost", "model.ts"), source);
  await writeFile(folder("cost", "data.csv"), "x,y\n1,2\n");
  const { definition, definitionFile } = await loadDefinition("cost", undefined, folder());
  return { source, definition, definitionFile };
}

test("settings are written into the file, and nothing else is changed", async () => {
  const { source, definition, definitionFile } = await model('{ kind: "ridge", alpha: 1 }');
  await writeTrainer(definitionFile, { alpha: 10 }, withSettings(definition, { alpha: 10 }));
  expect(await readFile(definitionFile, "utf8")).toBe(source.replace("alpha: 1 ", "alpha: 10 "));
  expect((await readdir(folder("cost"))).sort()).toEqual(["data.csv", "model.ts"]);
});

test.each([
  ["is made elsewhere", "shared", 'const shared = { kind: "ridge", alpha: 1 };\n'],
  ["has a value that is computed", '{ kind: "ridge", alpha: Math.max(0, 1) }', ""],
])("a trainer that %s is left as it is, with what to write by hand", async (_, trainer, before) => {
  const { source, definition, definitionFile } = await model(trainer, before);
  const write = writeTrainer(definitionFile, { alpha: 10 }, withSettings(definition, { alpha: 10 }));
  await expect(write).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(
      /left as it is\. Expected trainer: \{ \.\.\. \}\. Write there by hand: \{ alpha: 10 \}\./,
    ),
  });
  expect(await readFile(definitionFile, "utf8")).toBe(source);
  expect((await readdir(folder("cost"))).sort()).toEqual(["data.csv", "model.ts"]);
});
