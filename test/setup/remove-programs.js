const { rmSync } = require("node:fs");
const path = require("node:path");

/** Removes what compile-programs.js has made. */
module.exports = function removePrograms() {
  rmSync(path.dirname(process.env.TEST_COMPILED_PROGRAMS), { recursive: true, force: true });
};
