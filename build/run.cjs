"use strict";
/**
 * `node build/run.cjs <program.ts> [arguments]`: runs a program of the repository compiled into one file, which is loaded in a
 * third of the time that its many sources take. It is compiled on first use, and anew when a source or a package has changed.
 */
const fs = require("node:fs");
const Module = require("node:module");
const path = require("node:path");
const vm = require("node:vm");

const repository = path.join(__dirname, "..");
const folder = path.join(repository, "dist", "programs");
/** How a program is compiled, and what npm writes whenever it changes a package. */
const others = ["build/run.cjs", "node_modules/.package-lock.json"];

/** Packages that stay where they are: with native libraries, or large and needed by few verbs. */
const external = [
  ...["@azure/*", "@opentelemetry/*", "@pulumi/*", "hive-driver", "onnxruntime-node", "*.node"],
  ...["@duckdb/node-bindings*", "autocannon", "echarts/*", "esbuild", "tsx/cjs"],
];

/** What ends the name of a file that has what the engine made of a compiled program. */
const madeEnding = ".cache";

/** A file's length and time of change. */
function stateOf(file) {
  const state = fs.statSync(path.join(repository, file), { throwIfNoEntry: false });
  return state ? `${state.size} ${state.mtimeMs}` : "not there";
}

/** Whether a compiled file is what was compiled of the sources as they are now. */
function isCurrent(compiled) {
  try {
    const states = JSON.parse(fs.readFileSync(path.join(repository, `${compiled}.json`), "utf8"));
    return [...Object.keys(states), ...others].every((name) => stateOf(name) === states[name]);
  } catch {
    return false;
  }
}

/**
 * Notes how each source was before it was read: one that is saved while all are compiled counts as changed. Lets each know its own
 * place, as if it had been loaded by itself, wherever the repository is by then.
 */
const readSources = (states) => ({
  name: "read-sources",
  setup(build) {
    build.onLoad({ filter: /./, namespace: "file" }, ({ path: file }) => {
      if (file.includes("node_modules")) return undefined;
      const name = path.relative(repository, file);
      states[name] = stateOf(name);
      if (!file.endsWith(".ts")) return undefined;
      const text = fs.readFileSync(file, "utf8");
      const place = (of) => `require("node:path").join(compiledIn, "../..", ${JSON.stringify(of)})`;
      const names = `const __filename = ${place(name)}, __dirname = ${place(path.dirname(name))};`;
      return { contents: /\b__(dir|file)name\b/.test(text) ? names + text : text, loader: "ts" };
    });
  },
});

/** Whoever starts the program at the same time finds the old file or the new one. */
function put(file, content) {
  fs.writeFileSync(`${file}.${process.pid}`, content);
  fs.renameSync(`${file}.${process.pid}`, file);
}

/**
 * Loads a compiled program as `require()` does, with what the engine made of it when it ran for the first time: that is told by the length and
 * time of the file, as the engine compares the length alone.
 */
function load(compiled) {
  const file = path.join(repository, compiled);
  const made = `${file}.${stateOf(compiled).replace(" ", "-")}${madeEnding}`;
  let cachedData;
  try {
    cachedData = fs.readFileSync(made);
  } catch {
    // This is the first time.
  }
  const script = new vm.Script(Module.wrap(fs.readFileSync(file, "utf8")), {
    ...{ filename: file, columnOffset: -Module.wrap("").indexOf("\n"), cachedData },
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  if (cachedData === undefined || script.cachedDataRejected)
    process.on("exit", () => {
      try {
        put(made, script.createCachedData());
      } catch {
        // A folder that must not be written to.
      }
    });
  const module = new Module(file);
  script
    .runInThisContext()
    .call(module.exports, module.exports, Module.createRequire(file), module, file, path.dirname(file));
}

async function compile(program, compiled) {
  const { build } = require("esbuild");
  const states = Object.fromEntries(others.map((name) => [name, stateOf(name)]));
  const { outputFiles } = await build({
    ...{ entryPoints: [program], outfile: compiled, absWorkingDir: repository, write: false },
    ...{ bundle: true, platform: "node", format: "cjs", target: `node${process.versions.node}` },
    ...{ external, plugins: [readSources(states)], banner: { js: "const compiledIn = __dirname;" } },
    ...{ sourcemap: "linked", sourcesContent: false, logLevel: "silent" },
    // import() becomes a late require(): the names that a CommonJS package exports are then all there.
    supported: { "dynamic-import": false },
  });
  fs.mkdirSync(folder, { recursive: true });
  for (const name of fs.readdirSync(folder))
    if (name.startsWith(`${path.basename(compiled)}.`) && name.endsWith(madeEnding))
      fs.rmSync(path.join(folder, name), { force: true });
  for (const { path: file, contents } of outputFiles) put(file, contents);
  states[compiled] = stateOf(compiled);
  put(path.join(repository, `${compiled}.json`), JSON.stringify(states));
}

async function run(program) {
  const name = path.relative(repository, program);
  const compiled = `dist/programs/${name.replaceAll(path.sep, "-").replace(/\.ts$/, ".js")}`;
  try {
    if (name.startsWith("..")) throw new Error("not a program of the repository");
    if (!isCurrent(compiled)) await compile(name, compiled);
  } catch {
    // A folder that must not be written to, or a source that cannot be compiled, of which this says more.
    require("tsx/cjs");
    require(program);
    return;
  }
  require.extensions[".ts"] ??= readTypeScript;
  load(compiled);
}

/** What a program reads as it runs, a model's definition for one, may be TypeScript: tsx is loaded with the first of it. */
function readTypeScript(module, file) {
  delete require.extensions[".ts"];
  require("tsx/cjs");
  require.extensions[".ts"](module, file);
}

const [node, , program, ...args] = process.argv;
process.argv = [node, path.resolve(program), ...args];
void run(process.argv[1]);
