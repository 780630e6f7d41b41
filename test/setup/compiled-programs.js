const { readFileSync } = require("node:fs");
const Module = require("node:module");

/** Takes the place of tsx in a process that a test starts: it reads what compile-programs.js has compiled. */
const tsx = require.resolve("tsx/cjs");
let compiled;

function loadCompiled(module, file) {
  compiled ??= JSON.parse(readFileSync(process.env.TEST_COMPILED_PROGRAMS, "utf8"));
  const code = compiled[file];
  if (code !== undefined) {
    module._compile(code, file);
    return;
  }
  // A file that a test has made: from here on tsx reads all, as it does for a user.
  delete require.cache[tsx];
  require(tsx);
  Module._extensions[".ts"](module, file);
}

if (process.env.TEST_COMPILED_PROGRAMS !== undefined) {
  Module._extensions[".ts"] = loadCompiled;
  require.cache[tsx] = { id: tsx, filename: tsx, loaded: true, exports: {} };
}
