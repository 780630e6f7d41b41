const { transformSync } = require("esbuild");

/**
 * Compiles TypeScript for jest. ts-jest takes 15 s of processor time for all files where this takes 1 s, in every run that
 * finds no cache; neither looks at types, which `npm run types` does.
 */
module.exports = {
  process(source, sourcefile, { transformerConfig }) {
    const { code } = transformSync(source, {
      ...transformerConfig,
      loader: "ts",
      sourcemap: "inline",
      sourcefile,
    });
    // What a module exports can be spied on: jest redefines it.
    return {
      code: code.replaceAll(
        /\{ get: (all\[name\]|\(\) => from\[key\]), /g,
        "{ get: $1, configurable: true, ",
      ),
    };
  },
};
