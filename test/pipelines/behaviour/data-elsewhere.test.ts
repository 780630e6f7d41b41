import { cpSync, rmSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ModelVersion } from "../../../platform/registry/registry";
import { described, outputOf, PipelinePlace, stubs } from "../pipeline-fixture";

// A model whose data is too large or too private for the repository. Each test builds on what the one before has left.
const place = new PipelinePlace();
afterAll(() => place.remove());

const container = path.join(place.home, "container");
const folder = path.join(container, "diabetes");
const kept = path.join(place.home, "kept.csv");
let models: string;
let data: string;
let env: NodeJS.ProcessEnv;
beforeAll(async () => {
  models = await place.changedModels("elsewhere", (row) => row);
  data = path.join(models, "diabetes", "data.csv");
  cpSync(data, kept);
  rmSync(data);
  const outputs = { qa: { dataAddress: container, model: "diabetes" } };
  env = { MLOPS_MODELS: models, MLOPS_STACK_OUTPUTS: JSON.stringify(outputs) };
});

/** All that reads or sends data runs. */
const runs = (name: string, more: Parameters<PipelinePlace["runs"]>[1] = {}) =>
  place.runs(name, { env, stubs: stubs.filter((stub) => !stub.includes("data push")), ...more });

/** What Spark has laid down for the stack. */
async function layDown(): Promise<void> {
  await mkdir(folder, { recursive: true });
  cpSync(kept, path.join(folder, "part-1.csv"));
  await writeFile(path.join(folder, "_SUCCESS"), "");
}

test("a pull request passes, and says what it could not check or train", async () => {
  const run = await runs("pr", { reason: "PullRequest" });
  expect(run.result).toBe("succeeded");
  const quality = outputOf(run, "Check.Quality");
  expect(quality).toMatch(/The data of diabetes, .*data\.csv, is not on this machine: not checked\./);
  // The others are.
  expect(quality).toMatch(/titanic.*1309 rows/);
  expect(outputOf(run, "Check.Images")).toContain("is not on this machine: nothing was trained.");
});

test("a build leaves what was delivered to the stack, and trains on it", async () => {
  await layDown();
  const run = await runs("build", {
    // The stack's own job reads the container, which an agent does not.
    afterStep: ({ name }) => {
      if (name === "Upload the training data") cpSync(kept, data);
      return Promise.resolve();
    },
  });
  expect(described(run)).toEqual([
    "Check.Quality succeeded",
    "Publish.Publish.deploy succeeded",
    "Train.Train succeeded",
  ]);
  expect(outputOf(run, "Publish.Publish.deploy")).toContain(
    "is not on this machine: what was delivered stays.",
  );
  expect((await readdir(folder)).sort()).toEqual(["_SUCCESS", "part-1.csv"]);
  expect(await place.json<ModelVersion[]>(["registry", "list"])).toHaveLength(1);
  rmSync(data);
});

test("a release is tested and judged by the rows that the version has with it", async () => {
  const run = await runs("release", { parameters: { modelVersion: "diabetes:1" } });
  expect(described(run)).toEqual([
    "Package.Package succeeded",
    "Test_qa.Test.deploy succeeded",
    "Production.Canary.deploy succeeded",
  ]);
  const said = /8 golden rows of diabetes:1 stand in for held-out rows: .*data\.csv cannot be read here\./;
  expect(outputOf(run, "Test_qa.Test.deploy")).toMatch(said);
  expect(outputOf(run, "Production.Canary.deploy")).toMatch(said);
  expect(outputOf(run, "Production.Canary.deploy")).toContain("100 %: diabetes:1 takes all traffic");
});

test("a night without a file to score scores none, and is no failure", async () => {
  const run = await runs("batch");
  expect(described(run)).toEqual(["Score.Score succeeded"]);
  expect(outputOf(run, "Score.Score")).toContain("no --input is named: nothing was scored.");
});

describe("a merge in a repository that has data", () => {
  const manifest = async () =>
    JSON.parse(await readFile(path.join(folder, "_manifest.json"), "utf8")) as {
      rows: number;
      from?: string;
    };
  const pushed = async () => {
    const { code, stdout, stderr } = await place.run(
      ["data", "push", "--from-repository", "--stack", "qa", "--no-announce"],
      env,
    );
    return { code, text: stdout + stderr };
  };

  test("does not stop where Spark has delivered other data, nor put its own in the place of that", async () => {
    cpSync(kept, data);
    const { code, text } = await pushed();
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/is left as it is: another program has laid 1 file/),
    ]);
    expect((await readdir(folder)).sort()).toEqual(["_SUCCESS", "part-1.csv"]);
  });

  test("does not put its old sample in the place of a newer delivery", async () => {
    const rows = (await readFile(kept, "utf8")).trimEnd().split("\n");
    const newer = path.join(place.home, "newer.csv");
    await writeFile(newer, [...rows.slice(0, 404), ""].join("\n"));
    const by = await place.run(["data", "push", "--data", newer, "--force", "--no-announce"], env);
    expect([by.code, by.stderr]).toEqual([0, ""]);
    expect(await manifest()).toMatchObject({ rows: 403 });
    const { code, text } = await pushed();
    expect([code, text]).toEqual([
      0,
      expect.stringMatching(/is left as it is: somebody has delivered 403 rows/),
    ]);
    expect(await manifest()).toMatchObject({ rows: 403 });
  });

  test("delivers where the stack has none, and what is merged later", async () => {
    rmSync(folder, { recursive: true });
    expect((await pushed()).text).toContain("is now 442 rows in 1 file");
    expect(await manifest()).toMatchObject({ rows: 442, from: "diabetes/data.csv" });
    const rows = (await readFile(kept, "utf8")).trimEnd().split("\n");
    await writeFile(data, [...rows.slice(0, 404), ""].join("\n"));
    expect((await pushed()).text).toMatch(/is now 403 rows in 1 file, .* instead of version/);
  });
});

test("data of another model than the stack's is refused before anything is sent", async () => {
  rmSync(folder, { recursive: true });
  const { code, stderr } = await place.run(["data", "push", "--model", "titanic", "--stack", "qa"], env);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining("USAGE: Stack qa trains diabetes, not titanic. A stack has one model."),
  ]);
  expect(await readdir(container)).toEqual([]);
});
