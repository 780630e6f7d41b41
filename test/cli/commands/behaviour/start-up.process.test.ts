import { spawnSync } from "node:child_process";
import path from "node:path";

const root = path.join(__dirname, "..", "..", "..", "..");

/** Paths below the repository of what is loaded before a verb runs. */
function loadedForHelp(): string[] {
  const print = "process.stdout.write(JSON.stringify(Object.keys(require.cache)))";
  const { stdout } = spawnSync(
    process.execPath,
    ["--require", "tsx/cjs", "-e", `require("./cli/commands/program"); ${print}`],
    { cwd: root, encoding: "utf8" },
  );
  return (JSON.parse(stdout) as string[]).map((file) => path.relative(root, file).split(path.sep).join("/"));
}

test("what a verb works with is loaded where it runs, so that help and wrong usage are answered at once", () => {
  const loaded = loadedForHelp();
  expect(loaded).toContain("cli/commands/program.ts");
  const works =
    /^(training\/(trainers|directory|steps)|platform\/(sql|onnx)\/|cli\/(report|session\/session|steps\/[a-z]+-step)|deploy\/laptop|scoring\/(batch|rows))|@duckdb|onnxruntime|protobufjs|ml-matrix/;
  expect(loaded.filter((file) => works.test(file))).toEqual([]);
});
