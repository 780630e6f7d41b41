const project = (name, testMatch, extra = {}) => ({
  displayName: name,
  testEnvironment: "<rootDir>/test/native-environment.js",
  testMatch,
  transform: { "^.+\\.ts$": ["<rootDir>/test/setup/compile-test.js", require("./test/setup/common-js")] },
  ...extra,
});

/** @type {import("jest").Config} */
module.exports = {
  projects: [
    project("unit", ["<rootDir>/test/{platform,training,scoring,deploy,cli,build,repository}/**/*.test.ts"]),
    project("infra", ["<rootDir>/test/infra/**/*.test.ts"], {
      moduleNameMapper: { "^(typescript|@npmcli/arborist)$": "<rootDir>/test/setup/unused-package.js" },
    }),
    project("pipelines", ["<rootDir>/test/pipelines/**/*.test.ts"]),
    project("engine", ["<rootDir>/test/engine/**/*.test.ts"]),
    project("e2e", ["<rootDir>/test/e2e/**/*.test.ts"]),
    project("containers", ["<rootDir>/test/containers/**/*.test.ts"]),
    project("peers", ["<rootDir>/test/peers/**/*.test.ts"]),
  ],
  globalSetup: "<rootDir>/test/setup/compile-programs.js",
  globalTeardown: "<rootDir>/test/setup/remove-programs.js",
  testTimeout: 60_000,
  maxWorkers: 2,
  reporters: [
    "default",
    ["jest-junit", { outputDirectory: "reports", outputName: process.env.JUNIT_NAME ?? "junit.xml" }],
  ],
  collectCoverageFrom: ["{models,platform,training,scoring,deploy,cli,build,infra,pipelines}/**/*.ts"],
  coverageReporters: ["text-summary", "html", "cobertura"],
};
