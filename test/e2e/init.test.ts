import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import { Workplace, repository } from "./mlops";

/** A model made from a user's own file: a folder of models of its own, as the user's clone would have. */
const place = new Workplace();
const models = path.join(place.home, "my models");
const env = { MLOPS_MODELS: models };
beforeAll(() => mkdirSync(models));
afterAll(() => place.remove());

/** The file of a shipped model, with other words for its columns or values. */
function ownFile(name: string, change: (line: string, index: number) => string): string {
  const file = path.join(place.home, `${name} é.csv`);
  const shipped = readFileSync(path.join(repository, "models", name, "data.csv"), "utf8");
  writeFileSync(file, shipped.trimEnd().split("\n").map(change).join("\n"));
  return file;
}

test("numbers become a regression that trains and registers", async () => {
  const from = ownFile("diabetes", (line, index) =>
    index === 0 ? line.replace("age", "Age, in years").replace(/^(.*?),sex/, '"$1",sex') : line,
  );
  const init = await place.run(["init", "sugar", "--from", from], env);
  expect(init).toMatchObject({ code: 0, stderr: "" });
  expect(init.stdout).toMatch(/^Wrote .*sugar\/model\.ts\. .*npm start -- --model sugar\n$/);
  const run = await place.json<RunRecord>(["lifecycle", "--model", "sugar", "--until", "register"], 0, env);
  expect(run.version).toBe("sugar:1");
  const again = await place.run(["init", "sugar", "--from", from], env);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/^CONFLICT: .*sugar exists already/m);
});

test("two texts become a classification that trains and registers", async () => {
  const from = ownFile("titanic", (line) => line.replace(/,1$/, ",lived").replace(/,0$/, ",died"));
  const definition = path.join(models, "ship", "model.ts");
  expect(await place.json(["init", "ship", "--from", from, "--target", "survived"], 0, env)).toEqual({
    model: "ship",
    definition,
  });
  expect(readFileSync(definition, "utf8")).toContain('values: ["died", "lived"]');
  const run = await place.json<RunRecord>(["lifecycle", "--model", "ship", "--until", "register"], 0, env);
  expect(run.version).toBe("ship:1");
});

test.each([
  [
    "a bad name",
    ["Bad_Name", "--from", "models/diabetes/data.csv"],
    {},
    2,
    /^USAGE: "Bad_Name" is not a model name/m,
  ],
  [
    "a target that is none",
    ["other", "--from", "models/diabetes/data.csv", "--target", "x"],
    {},
    2,
    /^USAGE: "x" is not a column of/m,
  ],
  [
    "a file that is not there",
    ["other", "--from", "missing.csv"],
    {},
    1,
    /^DATA_UNREADABLE: There is no file/m,
  ],
  ["an unknown variable", ["other", "--from", "missing.csv"], { MLOPS_HOEM: "x" }, 2, /^SETTINGS_INVALID: /m],
])("%s is refused", async (_, args, more, code, says) => {
  const ended = await place.run(["init", ...args], { ...env, ...more });
  expect(ended).toMatchObject({ code, stdout: "" });
  expect(ended.stderr).toMatch(says);
  expect(ended.stderr).not.toMatch(/\n\s+at /);
});
