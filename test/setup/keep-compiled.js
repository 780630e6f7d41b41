/**
 * A `vm.compileFunction` that keeps what V8 has made of each file. jest compiles its own half and every package anew for each
 * file of tests, which is most of what a small one costs.
 */
module.exports = function keepCompiled(compile) {
  const kept = new Map();
  return (code, parameters, options) => {
    const known = kept.get(options.filename);
    // V8 compares the length of the source alone.
    if (known?.code === code) return compile(code, parameters, { ...options, cachedData: known.data });
    const compiled = compile(code, parameters, { ...options, produceCachedData: true });
    kept.set(options.filename, { code, data: compiled.cachedData });
    return compiled;
  };
};
