import { readFileSync } from "node:fs";
import { compileKernels, kernelsFile } from "../../build/compile-kernels";

test("the module that is used is the one that its source compiles to", () => {
  expect(readFileSync(kernelsFile, "utf8")).toBe(compileKernels());
});
