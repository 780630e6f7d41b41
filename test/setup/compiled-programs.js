const { readFileSync } = require("node:fs");
const Module = require("node:module");
const path = require("node:path");

/** Takes the place of tsx in a process that a test starts: it reads what compile-programs.js has compiled. */
const tsx = require.resolve("tsx/cjs");
const resolveByNode = Module._resolveFilename;
let programs;

function compiled() {
  programs ??= JSON.parse(readFileSync(process.env.TEST_COMPILED_PROGRAMS, "utf8"));
  return programs;
}

function load(module, file) {
  const code = compiled().files[file];
  if (code !== undefined) {
    module._compile(code, file);
    return;
  }
  // A file that a test has made: from here on tsx reads all, as it does for a user.
  Module._resolveFilename = resolveByNode;
  delete require.cache[tsx];
  require(tsx);
  Module._extensions[".ts"](module, file);
}

/** What a file of ours asks for, where it is known without a search. */
function known(request, parent) {
  const { files, packages } = compiled();
  if (!request.startsWith(".")) return packages[request];
  const file = `${path.join(path.dirname(parent), request)}.ts`;
  return files[file] && file;
}

if (process.env.TEST_COMPILED_PROGRAMS !== undefined) {
  Module._extensions[".ts"] = load;
  Module._resolveFilename = (request, parent, ...rest) =>
    (parent?.filename?.endsWith(".ts") && known(request, parent.filename)) ||
    resolveByNode(request, parent, ...rest);
  require.cache[tsx] = { id: tsx, filename: tsx, loaded: true, exports: {} };
}
