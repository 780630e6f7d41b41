/** How esbuild makes CommonJS of a file: what jest runs and the programs that tests start are compiled alike. */
module.exports = {
  format: "cjs",
  platform: "node",
  target: "node20.19",
  // import() becomes a late require(): jest has no loader for modules of the other kind, and none of our files is one.
  supported: { "dynamic-import": false },
};
