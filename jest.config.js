const modulesOnly = "cookie|jose";

// Of zod's languages only English is read, which it loads by itself. The others are half of what loading it takes, in each test file.
const withoutLanguages = { "^\\.\\./locales/index\\.cjs$": "<rootDir>/test/setup/unused-package.js" };

const project = (name, testMatch, extra = {}) => ({
  displayName: name,
  testEnvironment: "<rootDir>/test/native-environment.js",
  testMatch,
  // Packages that are modules of the other kind alone become CommonJS, too: jest loads no others.
  transform: {
    [`^.+\\.ts$|/node_modules/(${modulesOnly})/.+\\.js$`]: [
      "<rootDir>/test/setup/compile-test.js",
      require("./test/setup/common-js"),
    ],
  },
  // Looked up in the tests' own context, each costs more than the arithmetic around it. Names that a package declares itself cannot be here, nor
  // those whose literals have a constructor by which code tells what they are.
  sandboxInjectedGlobals: [
    "Math",
    "Number",
    "Infinity",
    "Float64Array",
    "Float32Array",
    "Int32Array",
    "Uint32Array",
  ],
  moduleNameMapper: withoutLanguages,
  transformIgnorePatterns: [`/node_modules/(?!(${modulesOnly})/)`],
  ...extra,
});

/** Tests that start programs of the product and wait for them lie beside the others under names that say so. */
const startingPrograms = "\\.process\\.test\\.ts$";

/** @type {import("jest").Config} */
module.exports = {
  projects: [
    project(
      "unit",
      ["<rootDir>/test/{platform,training,scoring,deploy,cli,build,bench,repository}/**/*.test.ts"],
      { testPathIgnorePatterns: [startingPrograms] },
    ),
    project("processes", ["<rootDir>/test/**/*.process.test.ts"]),
    project("infra", ["<rootDir>/test/infra/**/*.test.ts"], {
      testPathIgnorePatterns: [startingPrograms],
      moduleNameMapper: {
        ...withoutLanguages,
        "^(typescript|@npmcli/arborist)$": "<rootDir>/test/setup/unused-package.js",
        "^\\./debuggable$": "<rootDir>/test/setup/plain-promises.js",
      },
    }),
    project("pipelines", ["<rootDir>/test/pipelines/**/*.test.ts"]),
    project("engine", ["<rootDir>/test/engine/**/*.test.ts"]),
    project("e2e", ["<rootDir>/test/e2e/**/*.test.ts"]),
    project("browser", ["<rootDir>/test/browser/**/*.test.ts"]),
    project("containers", ["<rootDir>/test/containers/**/*.test.ts"]),
    project("walk", ["<rootDir>/test/walk/**/*.test.ts"]),
    project("peers", ["<rootDir>/test/peers/**/*.test.ts"]),
  ],
  globalSetup: "<rootDir>/test/setup/compile-programs.js",
  globalTeardown: "<rootDir>/test/setup/remove-programs.js",
  testTimeout: 180_000,
  maxWorkers: 2,
  // What test files leave in a worker's memory adds up.
  workerIdleMemoryLimit: "1GB",
  reporters: [
    "default",
    ["jest-junit", { outputDirectory: "reports", outputName: process.env.JUNIT_NAME ?? "junit.xml" }],
  ],
  // Of the folders that unit tests run in their own process. What only runs in processes that tests start is not seen:
  // the entries, most of the command line, and the pipelines' steps.
  collectCoverageFrom: [
    "{platform,training,scoring,deploy,cli,infra}/**/*.ts",
    "!platform/kernels/assembly/**",
  ],
  // A little below what there is: a change that leaves its code without tests fails.
  coverageThreshold: {
    "./platform/": { lines: 95, branches: 85 },
    "./training/": { lines: 93, branches: 76 },
    "./infra/": { lines: 92, branches: 78 },
    "./scoring/": { lines: 70, branches: 66 },
    "./deploy/": { lines: 65, branches: 66 },
    "./cli/": { lines: 71, branches: 62 },
  },
  coverageReporters: ["text-summary", "html", "cobertura"],
};
