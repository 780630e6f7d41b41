import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import { everydayFiles } from "../cli/init/everyday-files";
import { hasScript, Workplace, repository } from "./mlops";

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
  expect(init.stdout).toMatch(/│ bmi +│ number +│ has \d+ different numbers from 18 to 42\.2 +│/);
  expect(init.stdout).toMatch(/\nWrote .*sugar\/model\.ts\. .*npm start -- --model sugar\n$/);
  const run = await place.json<RunRecord>(["lifecycle", "--model", "sugar", "--until", "register"], 0, env);
  expect(run.version).toBe("sugar:1");
  const again = await place.run(["init", "sugar", "--from", from], env);
  expect(again.code).toBe(1);
  expect(again.stderr).toMatch(/^CONFLICT: .*sugar exists already/m);
});

test("two texts become a classification that trains and registers", async () => {
  const from = ownFile("titanic", (line) => line.replace(/,1$/, ",lived").replace(/,0$/, ",died"));
  const definition = path.join(models, "ship", "model.ts");
  expect(await place.json(["init", "ship", "--from", from, "--target", "survived"], 0, env)).toMatchObject({
    model: "ship",
    definition,
    columns: expect.arrayContaining([
      { name: "age", taken: "number", why: expect.stringMatching(/missing in \d+ of 1,309 rows/) as string },
    ]) as unknown,
  });
  expect(readFileSync(definition, "utf8")).toContain('values: ["died", "lived"]');
  const run = await place.json<RunRecord>(["lifecycle", "--model", "ship", "--until", "register"], 0, env);
  expect(run.version).toBe("ship:1");
});

const everyday = everydayFiles.filter(({ from }) =>
  /Excel in Germany: a mark|titanic|taxi|NA and quotes/.test(from),
);

test.each(everyday.map((file) => [file.from, file] as const))(
  "%s: goes through init, data check and train",
  async (from, { content, flags = {} }) => {
    const file = path.join(place.home, "everyday.csv");
    writeFileSync(file, content);
    const name = `everyday-${everyday.findIndex((one) => one.from === from)}`;
    const given = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, value]);
    const init = await place.run(["init", name, "--from", file, ...given], env);
    expect(init).toMatchObject({ code: 0, stderr: "" });
    expect((await place.run(["data", "check", "--model", name], env)).code).toBe(0);
    const trained = await place.json<RunRecord>(["train", "--model", name], 0, env);
    expect(trained.outcome).not.toBe("failed");
  },
);

const onTerminal = hasScript() ? test : test.skip;

onTerminal("on a terminal, what a file does not tell is asked for", async () => {
  const file = path.join(place.home, "asked.csv");
  const row = (index: number): string => `${(index * 37) % 61},${index % 3},${(index * 17) % 59}`;
  writeFileSync(
    file,
    ["size,grade,weight", ...Array.from({ length: 80 }, (_, index) => row(index))].join("\n"),
  );
  const asked = place.startOnTerminal(["init", "asked", "--from", file], 100, env);
  await asked.printed("Which one is to be predicted? [weight] ");
  asked.process.stdin?.write("grade\n");
  await asked.printed("Are these amounts, or the names of 3 classes? [amounts or classes] ");
  asked.process.stdin?.write("amounts\n");
  expect((await asked.ended).code).toBe(0);
  expect(asked.output()).toMatch(/grade +│ target +│ regression: it has 3 different numbers/);
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
