import path from "node:path";
import { listDefinitions, loadDefinition, modelsDirectory } from "../../../platform/definition/definitions";

test("a folder of models may be named by a path from here, as MLOPS_MODELS is", async () => {
  const relative = path.relative(process.cwd(), modelsDirectory);
  expect(path.isAbsolute(relative)).toBe(false);
  expect(await listDefinitions(relative)).toEqual(["diabetes", "titanic"]);
  expect(await loadDefinition("titanic", undefined, relative)).toMatchObject({
    definition: { name: "titanic" },
    definitionFile: path.join(modelsDirectory, "titanic", "model.ts"),
    dataFile: path.join(modelsDirectory, "titanic", "data.csv"),
  });
});

test("a model that is not there is refused, with what is and what was probably meant", async () => {
  await expect(loadDefinition("diabetis", undefined, modelsDirectory)).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(/Models here: diabetes, titanic\. Did you mean "diabetes"\?/),
  });
  await expect(loadDefinition("nope", undefined, modelsDirectory)).rejects.toMatchObject({
    message: expect.stringMatching(/Models here: diabetes, titanic\. `mlops init nope/),
  });
});
