import { PlatformError } from "../../platform/errors";
import type { ProcessName } from "../../platform/settings";
import { describeSettings, readSettings } from "../../platform/settings";

const scoring = { MLOPS_MODEL_DIRECTORY: "m", MLOPS_MODEL: "diabetes:3", MLOPS_ENVIRONMENT: "qa" };
const gateway = { MLOPS_ENVIRONMENT: "prod", MLOPS_MODEL_NAME: "diabetes" };

function errorOf(process: ProcessName, env: NodeJS.ProcessEnv): PlatformError {
  try {
    readSettings(process, env);
  } catch (error) {
    if (error instanceof PlatformError) return error;
    throw error;
  }
  throw new Error("the settings were accepted");
}

const faultsOf = (process: ProcessName, env: NodeJS.ProcessEnv): string[] =>
  errorOf(process, env)
    .message.split("\n")
    .slice(1)
    .map((line) => line.replace("  - ", ""));

describe("settings", () => {
  test("have the documented defaults", () => {
    expect(readSettings("cli", {})).toEqual({
      home: ".mlops",
      evaluation: "on",
      onNoPromotion: "cancel",
      logLevel: "info",
    });
    expect(readSettings("scoring", scoring)).toEqual({
      modelDirectory: "m",
      model: "diabetes:3",
      environment: "qa",
      host: "127.0.0.1",
      port: 8080,
      predictionLog: undefined,
      logLevel: "info",
      concurrency: 2,
      queueTimeoutMs: 180_000,
      timeoutMs: 60_000,
      mostRows: 10_000,
      mostBodyBytes: 5_000_000,
    });
    expect(readSettings("gateway", gateway)).toEqual({
      home: ".mlops",
      environment: "prod",
      modelName: "diabetes",
      host: "127.0.0.1",
      port: 0,
      logLevel: "info",
    });
  });

  test("are read from the environment", () => {
    const env = {
      MLOPS_HOME: "/data",
      MLOPS_EVALUATION: "off",
      MLOPS_ON_NO_PROMOTION: "continue",
      MLOPS_LOG_LEVEL: "debug",
    };
    expect(readSettings("cli", env)).toEqual({
      home: "/data",
      evaluation: "off",
      onNoPromotion: "continue",
      logLevel: "debug",
    });
    const limits = { MLOPS_PORT: "0", MLOPS_QUEUE_TIMEOUT_MS: "0", MLOPS_PREDICTION_LOG: "log" };
    expect(readSettings("scoring", { ...scoring, ...limits })).toMatchObject({
      port: 0,
      queueTimeoutMs: 0,
      predictionLog: "log",
    });
  });

  test("cannot be changed afterwards", () => {
    expect(Object.isFrozen(readSettings("cli", {}))).toBe(true);
  });

  test.each<[ProcessName, NodeJS.ProcessEnv, string]>([
    ["cli", { MLOPS_EVALUATION: "of" }, 'MLOPS_EVALUATION is "of". Expected "on" or "off".'],
    ["cli", { MLOPS_HOME: "" }, 'MLOPS_HOME is "". Expected a folder.'],
    [
      "cli",
      { MLOPS_LOG_LEVEL: "loud" },
      'MLOPS_LOG_LEVEL is "loud". Expected "fatal", "error", "warn", "info", "debug", "trace" or "silent".',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_PORT: "65536" },
      'MLOPS_PORT is "65536". Expected a whole number from 0 to 65535.',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_PORT: "80x" },
      'MLOPS_PORT is "80x". Expected a whole number from 0 to 65535.',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_PORT: "-1" },
      'MLOPS_PORT is "-1". Expected a whole number from 0 to 65535.',
    ],
    ["scoring", { ...scoring, MLOPS_PORT: "" }, 'MLOPS_PORT is "". Expected a whole number from 0 to 65535.'],
    [
      "scoring",
      { ...scoring, MLOPS_MODEL: "diabetes" },
      'MLOPS_MODEL is "diabetes". Expected name:version, for example diabetes:3.',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_MODEL: "diabetes:3:1" },
      'MLOPS_MODEL is "diabetes:3:1". Expected name:version, for example diabetes:3.',
    ],
    [
      "gateway",
      { ...gateway, MLOPS_MODEL_NAME: "Diabetes" },
      'MLOPS_MODEL_NAME is "Diabetes". Expected a model\'s name: 3 to 40 lower-case letters, digits and dashes.',
    ],
    ["cli", { MLOPS_HOEM: "x" }, "MLOPS_HOEM is not a setting. Did you mean MLOPS_HOME?"],
    ["cli", { mlops_home: "x" }, "mlops_home is not a setting. Did you mean MLOPS_HOME?"],
    ["cli", { MLOPS_SOMETHING_ELSE: "x" }, "MLOPS_SOMETHING_ELSE is not a setting. Unset it."],
  ])("of %s refuse %j", (process, env, fault) => {
    expect(errorOf(process, env).code).toBe("SETTINGS_INVALID");
    expect(faultsOf(process, env)).toEqual([fault]);
  });

  test("name every fault at once", () => {
    expect(faultsOf("scoring", { MLOPS_MODEL: "x", MLOPS_PORT: "y", MLOPS_PROT: "1" })).toEqual([
      "MLOPS_MODEL_DIRECTORY is not set. Expected the folder of a model directory.",
      'MLOPS_MODEL is "x". Expected name:version, for example diabetes:3.',
      'MLOPS_PORT is "y". Expected a whole number from 0 to 65535.',
      "MLOPS_ENVIRONMENT is not set. Expected the environment's name, for example qa or prod: at most 20 lower-case letters, digits and dashes.",
      "MLOPS_PROT is not a setting. Did you mean MLOPS_PORT?",
    ]);
  });

  test("of another process are no fault", () => {
    expect(readSettings("cli", { MLOPS_MODEL_NAME: "diabetes", PATH: "x" })).not.toHaveProperty("modelName");
  });

  test("are logged with secrets masked", () => {
    const settings = {
      host: "::1",
      apiKey: "abc",
      connectionString: "def",
      token: undefined,
      keyVault: "kv",
    };
    expect(describeSettings(settings)).toEqual({
      host: "::1",
      apiKey: "********",
      connectionString: "********",
      token: undefined,
      keyVault: "kv",
    });
  });
});
