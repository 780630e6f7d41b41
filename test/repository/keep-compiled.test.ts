import vm from "node:vm";

const keepCompiled = require("../setup/keep-compiled") as (
  compile: typeof vm.compileFunction,
) => (code: string, parameters: string[], options: vm.CompileFunctionOptions) => () => number;

const filename = "answer.js";

test("a file is compiled once, and anew when its text is another", () => {
  const given: vm.CompileFunctionOptions[] = [];
  const compile = keepCompiled((code, parameters, options = {}) => {
    given.push(options);
    return vm.compileFunction(code, parameters, options);
  });
  const compiled = [1, 1, 2].map((answer) => compile(`return ${answer};`, [], { filename }));
  expect(compiled.map((answer) => answer())).toEqual([1, 1, 2]);
  expect(given.map(({ cachedData }) => cachedData !== undefined)).toEqual([false, true, false]);
  expect(compiled[1]).toHaveProperty("cachedDataRejected", false);
});
