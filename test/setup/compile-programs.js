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

/** Of many files each, and needed by nearly every process. */
const packages = [
  "cli-table3",
  "commander",
  "fastify",
  "pino",
  "prom-client",
  "protobufjs/light",
  "yaml",
  "zod",
];

/** Makes one file of each package; answers where they are. */
function bundlePackages(folder) {
  const bundle = (name) => {
    const outfile = path.join(folder, `${name.replace("/", "-")}.js`);
    const stdin = { contents: `module.exports = require("${name}");`, resolveDir: repository };
    buildSync({ ...commonJs, stdin, outfile, bundle: true, logLevel: "error" });
    return outfile;
  };
  return Object.fromEntries(packages.map((name) => [name, bundle(name)]));
}

/** Compiles the product's files; answers their texts. */
function compileFiles() {
  const { outputFiles } = buildSync({
    ...commonJs,
    absWorkingDir: repository,
    entryPoints: filesToCompile(),
    outbase: repository,
    outdir: repository,
    write: false,
    logLevel: "error",
  });
  return Object.fromEntries(outputFiles.map(({ path: file, text }) => [file.replace(/js$/, "ts"), text]));
}

/**
 * Compiles the product once for all processes that tests start. tsx does it in each of them, file by file, which is more
 * than half of the work of a short one; to find and read what packages consist of is a quarter of the rest. NODE_OPTIONS makes
 * compiled-programs.js the first thing that they load.
 */
module.exports = function compilePrograms() {
  // Of the tests, whatever the stack of this clone trains.
  process.env.MLOPS_DEFAULT_MODEL = "diabetes";
  const folder = mkdtempSync(path.join(tmpdir(), "mlops-compiled-"));
  process.env.TEST_COMPILED_PROGRAMS = path.join(folder, "programs.json");
  const programs = { files: compileFiles(), packages: bundlePackages(folder) };
  writeFileSync(process.env.TEST_COMPILED_PROGRAMS, JSON.stringify(programs));
  const hook = `--require ${JSON.stringify(path.join(__dirname, "compiled-programs.js"))}`;
  process.env.NODE_OPTIONS = [process.env.NODE_OPTIONS, hook].filter(Boolean).join(" ");
};
