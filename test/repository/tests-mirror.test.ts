import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../../build/repository";
import { findUnreached, readImports, type ImportGraph } from "./imports";
import { findMisplaced } from "./mirror";

const rooms = [
  "bench",
  "build",
  "cli",
  "deploy",
  "infra",
  "models",
  "pipelines",
  "platform",
  "scoring",
  "training",
];

function filesIn(folder: string): string[] {
  return readdirSync(path.join(repository, folder), { recursive: true, encoding: "utf8" })
    .map((file) => path.posix.join(folder, ...file.split(path.sep)))
    .filter((file) => /(?<!\.d)\.ts$/.test(file) && !file.includes("/node_modules/"));
}

const tests = filesIn("test");
const sources = rooms.flatMap(filesIn);

/** What package.json's scripts start, and Pulumi itself. */
function programs(): string[] {
  const scripts = JSON.parse(readFileSync(path.join(repository, "package.json"), "utf8")) as {
    scripts: Record<string, string>;
  };
  const started = Object.values(scripts.scripts).flatMap((script) => script.match(/\S+\.ts/g) ?? []);
  return [...started, "infra/index.ts", "infra/policy/pack.ts"];
}

describe("a file of test/", () => {
  const made = ["cli/main.ts", "scoring/http/app.ts", "scoring/http/problem.ts"];

  test.each([
    "test/scoring/http/app.test.ts",
    "test/scoring/http/app.process.test.ts",
    "test/scoring/http/app-fixture.ts",
    "test/scoring/app-fixture.ts",
    "test/scoring/http/behaviour/overload.test.ts",
    "test/scoring/behaviour/whole-service/answers.test.ts",
    "test/scoring/http/fixtures/model/model.ts",
    "test/e2e/lifecycle.test.ts",
  ])("has a place at %s", (file) => {
    expect(findMisplaced([file], made)).toEqual([]);
  });

  test.each([
    ["is of no file", "test/scoring/http/apps.test.ts"],
    ["is of no file, and starts programs", "test/scoring/http/apps.process.test.ts"],
    ["is of a file in another room", "test/scoring/app.test.ts"],
    ["lies flat", "test/app.test.ts"],
    ["is a behaviour of no room", "test/scoring/rows/behaviour/odd.test.ts"],
    ["helps in no room", "test/scoring/rows/rows-fixture.ts"],
    ["lies flat as a helper", "test/fixture.ts"],
    ["is a fixture of no room", "test/http/fixtures/model.ts"],
  ])("that %s is found: %s", (_, file) => {
    expect(findMisplaced([file, "test/cli/main.test.ts"], made)).toEqual([file]);
  });

  test("lies where its source does", () => {
    expect(findMisplaced(tests, sources)).toEqual([]);
  });
});

describe("a source", () => {
  const made: ImportGraph = new Map([
    ["test/a.test.ts", ["a.ts"]],
    ["a.ts", ["b.ts"]],
    ["b.ts", ["a.ts"]],
    ["c.ts", ["a.ts", "d.ts"]],
    ["d.ts", []],
  ]);

  test("that no test imports, directly or through others, is found", () => {
    expect(findUnreached(made, ["test/a.test.ts"])).toEqual(["c.ts", "d.ts"]);
    expect(findUnreached(made, ["test/a.test.ts", "c.ts"])).toEqual([]);
  });

  test("leads to what it imports, takes a type of or starts", () => {
    const files = ["deploy/laptop/gateway-process.ts", "deploy/laptop/main.ts", "bench/bench-process.ts"];
    const graph = readImports(repository, [...files, "bench/bare-server.ts", "build/bundle.ts"]);
    expect(graph.get("deploy/laptop/gateway-process.ts")).toEqual(["deploy/laptop/main.ts"]);
    expect(graph.get("bench/bench-process.ts")).toEqual(["build/bundle.ts", "bench/bare-server.ts"]);
  });

  test("is imported by a test, or by a program", () => {
    const graph = readImports(repository, [...tests, ...sources]);
    const from = [...tests.filter((file) => file.endsWith(".test.ts")), ...programs()];
    expect(findUnreached(graph, from).filter((file) => sources.includes(file))).toEqual([]);
  });
});
