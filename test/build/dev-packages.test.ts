import { productionPackages } from "../../build/dev-packages";

test("a package that development has, too, is one of production wherever it is in the lock file", () => {
  const packages = {
    "": { version: "1.0.0" },
    "node_modules/jest/node_modules/strip-ansi": { version: "7.2.0", dev: true },
    "node_modules/ora/node_modules/strip-ansi": { version: "7.2.0" },
    "node_modules/@scope/name": { version: "1.1.0" },
    "node_modules/jest": { version: "30.0.0", dev: true },
  };
  expect([...productionPackages(packages)]).toEqual(["strip-ansi@7.2.0", "@scope/name@1.1.0"]);
});
