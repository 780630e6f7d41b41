import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { loadDefinition, modelsDirectory } from "../../../platform/definition/definitions";
import { initModel } from "../../../cli/init/init";
import { openWorkbench } from "../../../training/inputs/workbench";
import { checkData } from "../../../platform/data/checks/checks";
import { fileExists } from "../../../platform/base/files";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
let models: string;
beforeEach(async () => {
  models = folder("models");
  await mkdir(models);
});

async function csv(name: string, header: string, row: (index: number) => string, rows = 60): Promise<string> {
  const file = folder(`${name}.csv`);
  const body = Array.from({ length: rows }, (_, index) => row(index));
  await writeFile(file, `${[header, ...body].join("\n")}\n`);
  return file;
}

const ordinary = (): Promise<string> =>
  csv(
    "ordinary",
    "customer_id,age,plan,active,remark,nothing,paid",
    (index) =>
      `c${index},${index % 7 === 0 ? "" : 20 + index},${index % 2 ? "basic" : "gold"},${index % 3 === 0},"Said ""${index}""",,${(index * 37) % 61}`,
  );

describe("a definition from a file", () => {
  test("describes each column by what it holds, and says what it leaves out", async () => {
    const { file } = await initModel({ name: "from-ordinary", from: await ordinary(), models });
    const { definition, dataFile } = await loadDefinition("from-ordinary", undefined, models);
    expect(definition).toMatchObject({
      task: "regression",
      trainer: { kind: "ridge" },
      gate: { metric: "rmse" },
      columns: [
        { name: "customer_id", type: "category", role: "id" },
        { name: "age", type: "number", nullable: true, range: [0, 110] },
        { name: "plan", type: "category", values: ["basic", "gold"] },
        { name: "active", type: "boolean" },
        { name: "paid", type: "number", role: "target" },
      ],
    });
    const text = await readFile(file, "utf8");
    expect(text).toContain(`// "remark" is text with 60 different values, so it is left out.`);
    expect(text).toContain(`// "nothing" is always empty, so it is left out.`);
    // What it imports is there when the model lies in models/: editors complete it, and types are checked.
    const [, imported = ""] = /from "([^"]+)"/.exec(text) ?? [];
    expect(await fileExists(path.join(modelsDirectory, "from-ordinary", `${imported}.ts`))).toBe(true);
    expect(await readFile(dataFile, "utf8")).toBe(await readFile(folder("ordinary.csv"), "utf8"));
  });

  test.each([
    ["no,yes", (index: number) => (index % 2 ? "yes" : "no"), { type: "category", values: ["no", "yes"] }],
    ["0,1", (index: number) => String(index % 2), { type: "boolean" }],
    ["true,false", (index: number) => String(index % 2 === 0), { type: "boolean" }],
    ["1,2", (index: number) => String(1 + (index % 2)), { type: "category", values: ["1", "2"] }],
  ])("makes a classification of a target with %s", async (_, value, target) => {
    const name = "two-classes";
    const from = await csv(name, "x,y", (index) => `${index},${value(index)}`);
    await initModel({ name, from, models });
    const { definition } = await loadDefinition(name, undefined, models);
    expect(definition).toMatchObject({ task: "classification", trainer: { kind: "logistic" } });
    expect(definition.columns.at(-1)).toMatchObject({ name: "y", role: "target", ...target });
  });

  test.each([
    ["two classes", 2, "the mean target of its rows"],
    ["several classes", 3, "the share of each class among its rows"],
  ])("has a category of many values count by the target, of %s", async (_, classes, counted) => {
    const row = (index: number): string => `town ${index % 300},${index % 17},kind ${(index * 7) % classes}`;
    const from = await csv("towns", "town,age,kind", row, 1000);
    const { file } = await initModel({ name: "towns", from, models });
    const { definition } = await loadDefinition("towns", undefined, models);
    expect(definition.columns[0]).toMatchObject({ name: "town", type: "category", encoding: "target" });
    const unwrapped = (await readFile(file, "utf8")).replace(/\n\s*\/\/ /g, " ");
    expect(unwrapped).toContain(`too many to list, so each counts by ${counted}.`);
  });

  test("loosens the checks that the file would not pass", async () => {
    const from = await csv("loose", "age,plan,y", (index) =>
      index % 10 < 3
        ? "1,gold,1"
        : `${index % 10 === 3 ? index : ""},${index % 2 ? "gold" : "basic"},${(index * 37) % 61}`,
    );
    await initModel({ name: "loose", from, models });
    const loaded = await loadDefinition("loose", undefined, models);
    const { definition, dataFile } = loaded;
    expect(definition.checks).toMatchObject({ maxMissing: 0.65, maxDuplicates: 0.35, minRows: 50 });
    const data = await openWorkbench(loaded, dataFile);
    expect((await checkData(data.engine, definition, data.source)).findings).toEqual([]);
    await data.engine.close();
  });

  test("goes on with data that has a larger amount and a new make, and says so", async () => {
    const cars = (name: string, more: string): Promise<string> =>
      csv(name, "km,make,price", (index) =>
        index === 0 && more !== ""
          ? more
          : `${(index * 37) % 61},${index % 2 ? "Opel" : "Audi"},${(index * 17) % 59}`,
      );
    await initModel({ name: "used-cars", from: await cars("before", ""), models });
    const loaded = await loadDefinition("used-cars", undefined, models);
    const data = await openWorkbench(loaded, await cars("after", "99999999,Tesla,1"));
    const { findings } = await checkData(data.engine, loaded.definition, data.source, undefined);
    await data.engine.close();
    expect(findings.map(({ severity, check, column }) => [severity, check, column])).toEqual([
      ["warning", "range", "km"],
      ["warning", "values", "make"],
    ]);
  });

  test("leaves out what gives the target away, as long as something else is left", async () => {
    const leaky = (header: string): Promise<string> =>
      csv(
        "leaky",
        header,
        (index) => `${(index * 37) % 61},${((index * 17) % 59) * 2 + 1},${(index * 17) % 59}`,
      );
    const { columns } = await initModel({ name: "leaky", from: await leaky("x,double,y"), models });
    expect(columns.map(({ taken }) => taken)).toEqual(["number", "left out", "target"]);
    expect(columns[1]?.why).toMatch(/^is a straight-line function of the target "y".*only copy it$/);
    const from = await csv("all-leaks", "double,y", (index) => `${index * 2 + 7},${index}`);
    const kept = await initModel({ name: "all-leaks", from, models });
    expect(kept.notes).toEqual(
      expect.arrayContaining([expect.stringMatching(/^data check will find \(error\): Feature "double"/)]),
    );
  });

  test("says where the target is a guess, and not where it was named", async () => {
    const from = await csv("guess", "x,y", (index) => `${index % 7},${(index * 37) % 61}`);
    const guessed = await initModel({ name: "guessed", from, models });
    expect(guessed.columns.at(-1)?.why).toMatch(
      /^regression: it .*; nobody has named the target, --target names another$/,
    );
    const named = await initModel({ name: "named", from, models, target: "x", task: "regression" });
    expect(named.columns[0]?.why).not.toContain("--target");
  });

  test("takes numbers of rows for numbers where there is nothing else", async () => {
    const from = await csv("only-numbers", "x,y", (index) => `${index + 1},${(index * 37) % 61}`);
    const { columns } = await initModel({ name: "only-numbers", from, models });
    expect(columns.map(({ taken }) => taken)).toEqual(["number", "target"]);
  });

  test("takes the id that is named", async () => {
    const from = await csv(
      "named-id",
      "sku,x,y",
      (index) => `s${index},${(index * 37) % 61},${(index * 17) % 59}`,
    );
    const { definition } = await initModel({ name: "named-id", from, id: "sku", models });
    expect(definition.columns[0]).toEqual({ name: "sku", type: "category", role: "id" });
  });

  test("splits by the column that is named, which is no feature then", async () => {
    const from = await csv("grouped", "customer,day,x,y", (index) => {
      const day = new Date(Date.UTC(2026, 0, index)).toISOString().slice(0, 10);
      return `c${index % 17},${day},${(index * 37) % 61},${(index * 17) % 59}`;
    });
    for (const [flag, column, why] of [
      ["group", "customer", "says whose a row is"],
      ["time", "day", "says when a row was made"],
    ] as const) {
      const { definition, columns } = await initModel({ name: `by-${flag}`, from, [flag]: column, models });
      expect(definition.split).toEqual({ testFraction: 0.2, seed: 1, [flag]: column });
      expect(columns).toContainEqual({ name: column, taken: "left out", why });
      const loaded = await loadDefinition(`by-${flag}`, undefined, models);
      expect(loaded.definition.split).toMatchObject({ [flag]: column });
    }
    await expect(
      initModel({ name: "by-both", from, group: "customer", time: "day", models }),
    ).rejects.toMatchObject({ code: "USAGE" });
    await expect(initModel({ name: "by-none", from, time: "when", models })).rejects.toThrow(
      "Name one with --time.",
    );
  });

  test("predicts the column that is named", async () => {
    const from = await csv("target", "age,paid", (index) => `${20 + index},${index}`);
    await initModel({ name: "named-target", from, target: "age", models });
    const { definition } = await loadDefinition("named-target", undefined, models);
    expect(definition.columns.find(({ role }) => role === "target")?.name).toBe("age");
  });

  test("survives names that need quoting", async () => {
    const from = await csv("quoting", `"a ""b"", c",naïve 😀,y`, (index) => `${index},${index},${index}`);
    await initModel({ name: "quoting", from, models });
    const { definition } = await loadDefinition("quoting", undefined, models);
    expect(definition.columns.map(({ name }) => name)).toEqual([`a "b", c`, "naïve 😀", "y"]);
  });
});

describe("what is refused", () => {
  test.each([
    ["a name with capitals", "Churn", "USAGE", /"Churn" is not a model name\. .*for example churn/],
    ["a name that is a path", "../churn", "USAGE", /is not a model name/],
    ["a name that is too short", "ab", "USAGE", /is not a model name/],
  ])("%s", async (_, name, code, message) => {
    const init = initModel({ name, from: await ordinary(), models });
    await expect(init).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
  });

  const cases: [string, string, string, RegExp][] = [
    [
      "a target that is missing",
      "x,y\n1,2\n2,\n",
      "DATA_INVALID",
      /target "y" is missing in 1 row\. .*--target/,
    ],
    [
      "a target of numbered classes",
      "x,y\n1,0\n2,1\n5,2\n",
      "USAGE",
      /amounts or 3 classes.*--task regression/,
    ],
    ["a target of many texts", "x,y\n1,a\n2,b\n3,c\n", "DATA_INVALID", /3 different texts\. .*--target/],
    ["a target that never changes", "x,y\n1,a\n2,a\n", "DATA_INVALID", /the same in every row\. .*--target/],
    [
      "no column to predict from",
      "x,y\n,2\n,3\n,4\n",
      "DATA_INVALID",
      /no column to predict from: "x" is always empty/,
    ],
    ["a reserved name", "prediction,y\n1,2\n3,4\n5,6\n", "DATA_INVALID", /"prediction"[^]*Rename/],
    ["an empty file", "", "DATA_UNREADABLE", /is empty/],
    ["only a header", "x,y\n", "DATA_INVALID", /a header and no rows/],
    ["a row with too few fields", "x,y\n1,2\n3\n", "DATA_INVALID", /row 2 has 1 field, the header 2/],
  ];
  test.each(cases)("a file with %s, and nothing is left of it", async (_, content, code, message) => {
    const from = folder("refused.csv");
    await writeFile(from, content);
    const before = await readdir(models);
    const init = initModel({ name: "refused", from, models });
    await expect(init).rejects.toMatchObject({ code, message: expect.stringMatching(message) as string });
    expect(await readdir(models)).toEqual(before);
  });

  test("a target that is no column names those there are", async () => {
    const init = initModel({ name: "refused", from: await ordinary(), target: "Paid", models });
    await expect(init).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(
        /"Paid" is not a column of .*"plan".*"paid"\. Name one with --target/,
      ) as string,
    });
  });

  test("a file that is not there, and a folder", async () => {
    for (const [from, message] of [
      [folder("missing.csv"), /There is no file/],
      [models, /is a folder without CSV and Parquet files/],
    ] as const) {
      const init = initModel({ name: "refused", from, models });
      await expect(init).rejects.toMatchObject({ message: expect.stringMatching(message) as string });
    }
  });

  test("a folder of models that cannot hold one, by the setting that names it", async () => {
    const init = initModel({ name: "refused", from: await ordinary(), models: await ordinary() });
    await expect(init).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringMatching(
        /is a file, not a folder\. Remove it or set MLOPS_MODELS to another/,
      ) as string,
    });
  });

  test("a model that is there already stays as it is", async () => {
    await mkdir(folder("models", "taken"));
    await writeFile(folder("models", "taken", "model.ts"), "mine");
    const init = initModel({ name: "taken", from: await ordinary(), models });
    await expect(init).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringMatching(/taken exists already\. .*Choose another name/) as string,
    });
    expect(await readFile(folder("models", "taken", "model.ts"), "utf8")).toBe("mine");
  });

  test("a folder of models that is not there", async () => {
    const init = initModel({ name: "churn", from: await ordinary(), models: folder("nowhere") });
    await expect(init).rejects.toMatchObject({ code: "SETTINGS_INVALID" });
    expect(await fileExists(folder("nowhere"))).toBe(false);
  });
});

describe("a program that is written beside the definition", () => {
  test.each(["lightgbm", "sklearn"] as const)(
    "uses %s, with its packages pinned by hashes",
    async (library) => {
      const { program, file } = await initModel({
        ...{ name: "with-python", from: await ordinary(), models },
        ...{ trainer: "python" as const, library },
      });
      expect(program).toEqual([
        "train.py",
        "test_train.py",
        "requirements.in",
        "requirements.txt",
        "mlops_model/",
      ]);
      const { definition } = await loadDefinition("with-python", undefined, models);
      expect(definition.trainer).toMatchObject({ kind: "python", program: "train.py" });
      const read = (name: string): Promise<string> => readFile(path.join(path.dirname(file), name), "utf8");
      expect(await read("train.py")).toContain(library === "lightgbm" ? "import lightgbm" : "from sklearn");
      const wanted = (await read("requirements.in")).trim().split("\n");
      const locked = await read("requirements.txt");
      for (const line of wanted)
        expect(locked).toContain(`\n${line} \\\n    --hash=sha256:`.replace(/^\n/, ""));
      expect((await readdir(path.join(path.dirname(file), "mlops_model"))).sort()).toEqual([
        ...["__init__.py", "converters.py", "errors.py", "graph.py", "save.py", "tables.py", "task.py"],
      ]);
    },
  );

  test("is not written for a trainer that is built in, nor when the options do not go together", async () => {
    const from = await ordinary();
    const { program, file } = await initModel({ name: "with-trees", from, models, trainer: "boosted-trees" });
    expect(program).toEqual([]);
    expect((await readdir(path.dirname(file))).sort()).toEqual(["data.csv", "model.ts"]);
    const wrong = initModel({ name: "wrong", from, models, library: "sklearn" });
    await expect(wrong).rejects.toMatchObject({ code: "USAGE" });
    expect(await readdir(models)).toEqual(["with-trees"]);
  });
});
