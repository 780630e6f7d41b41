const { mkdtempSync, readdirSync, writeFileSync } = require("node:fs");
const { tmpdir } = require("node:os");
const path = require("node:path");
const { buildSync } = require("esbuild");
const commonJs = require("./common-js");

const repository = path.join(__dirname, "../..");

/** The product's files, and those of the tests that are programs or models of their own. */
function filesToCompile() {
  const inside = (folder) =>
    readdirSync(path.join(repository, folder), { recursive: true }).map((name) => path.join(folder, name));
  const fixtures = inside("test").filter((name) => name.includes(`${path.sep}fixtures${path.sep}`));
  return ["build", "cli", "deploy", "models", "platform", "scoring", "training"]
    .flatMap(inside)
    .concat(fixtures)
    .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
    .map((name) => path.join(repository, name));
}

/**
 * Compiles the product once for all processes that tests start. tsx does it in each of them, file by file, which is more
 * than half of the work of a short one. NODE_OPTIONS makes compiled-programs.js the first thing that they load.
 */
module.exports = function compilePrograms() {
  const { outputFiles } = buildSync({
    absWorkingDir: repository,
    entryPoints: filesToCompile(),
    outbase: repository,
    outdir: repository,
    ...commonJs,
    write: false,
    logLevel: "error",
  });
  const compiled = Object.fromEntries(
    outputFiles.map(({ path: file, text }) => [file.replace(/js$/, "ts"), text]),
  );
  const folder = mkdtempSync(path.join(tmpdir(), "mlops-compiled-"));
  process.env.TEST_COMPILED_PROGRAMS = path.join(folder, "programs.json");
  writeFileSync(process.env.TEST_COMPILED_PROGRAMS, JSON.stringify(compiled));
  const hook = `--require ${JSON.stringify(path.join(__dirname, "compiled-programs.js"))}`;
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, hook].filter(Boolean).join(" ");
};
