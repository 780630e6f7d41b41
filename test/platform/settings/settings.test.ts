import { PlatformError } from "../../../platform/base/errors";
import type { ProcessName } from "../../../platform/settings/settings";
import { describeSettings } from "../../../platform/settings/describe-settings";
import { readSettings } from "../../../platform/settings/settings";

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
      registry: "local",
      evaluation: "on",
      onNoPromotion: "cancel",
      acceptPopulation: [],
      acceptBreaking: [],
      logLevel: "info",
      target: "local",
      sqlEngine: "duckdb",
      sparkAuth: "given",
      sparkFolders: [],
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
      maxRows: 10_000,
      maxBodyBytes: 5_000_000,
      predictionLogSample: 1,
      predictionLogRedact: [],
      maxSpoolBytes: 268_435_456,
      maxWaiting: 1000,
      maxLagMs: 1000,
      maxConnections: 2000,
      graceMs: 10_000,
      drainMs: 0,
      workers: 1,
      keyVaultPrimary: "scoring-primary-key",
      keyVaultSecondary: "scoring-secondary-key",
      keyVaultRefreshMs: 300_000,
      entraAuthority: "https://login.microsoftonline.com",
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
      MLOPS_REGISTRY: "https://mlflow.example",
      MLOPS_EVALUATION: "off",
      MLOPS_ON_NO_PROMOTION: "continue",
      MLOPS_LOG_LEVEL: "debug",
    };
    expect(readSettings("cli", env)).toEqual({
      home: "/data",
      registry: "https://mlflow.example",
      evaluation: "off",
      onNoPromotion: "continue",
      acceptPopulation: [],
      acceptBreaking: [],
      logLevel: "debug",
      target: "local",
      sqlEngine: "duckdb",
      sparkAuth: "given",
      sparkFolders: [],
    });
    const log = {
      MLOPS_PREDICTION_LOG_SAMPLE: "0.25",
      MLOPS_PREDICTION_LOG_REDACT: "name, full address",
      MLOPS_PREDICTION_LOG_DAYS: "30",
      MLOPS_PREDICTION_LOG_FLUSH_MS: "50",
    };
    expect(readSettings("scoring", { ...scoring, ...log })).toMatchObject({
      predictionLogSample: 0.25,
      predictionLogRedact: ["name", "full address"],
      predictionLogDays: 30,
      predictionLogFlushMs: 50,
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
      { MLOPS_REGISTRY: "azure" },
      'MLOPS_REGISTRY is "azure". Expected "local" or an MLflow tracking URI.',
    ],
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
      'MLOPS_MODEL_NAME is "Diabetes". Expected a model\'s name: 3 to 40 lower-case letters, digits and dashes, a letter first and no dash last.',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_PREDICTION_LOG_SAMPLE: "1.5" },
      'MLOPS_PREDICTION_LOG_SAMPLE is "1.5". Expected a fraction from 0 to 1.',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_PREDICTION_LOG_REDACT: "age,,sex" },
      'MLOPS_PREDICTION_LOG_REDACT is "age,,sex". Expected features, separated by commas.',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_PREDICTION_LOG_DAYS: "0" },
      'MLOPS_PREDICTION_LOG_DAYS is "0". Expected a number of days.',
    ],
    [
      "scoring",
      { ...scoring, MLOPS_PREDICTION_LOG: "https://a.example/c", MLOPS_PREDICTION_LOG_DAYS: "30" },
      "MLOPS_PREDICTION_LOG_DAYS is for a folder, and MLOPS_PREDICTION_LOG is an address. Unset it, and give the storage account a lifecycle rule.",
    ],
    ["cli", { MLOPS_HOEM: "x" }, "MLOPS_HOEM is not a setting. Did you mean MLOPS_HOME?"],
    ["cli", { mlops_home: "x" }, "mlops_home is not a setting. Did you mean MLOPS_HOME?"],
    ["cli", { MLOPS_SOMETHING_ELSE: "x" }, "MLOPS_SOMETHING_ELSE is not a setting. Unset it."],
    // No setting was ever called so.
    ["cli", { MLOPS_MOST_WANTED: "x" }, "MLOPS_MOST_WANTED is not a setting. Unset it."],
  ])("of %s refuse %j", (process, env, fault) => {
    expect(errorOf(process, env).code).toBe("SETTINGS_INVALID");
    expect(faultsOf(process, env)).toEqual([fault]);
  });

  test.each([
    ["MLOPS_MOST_ROWS", "MLOPS_MAX_ROWS"],
    ["MLOPS_MOST_BODY_BYTES", "MLOPS_MAX_BODY_BYTES"],
    ["MLOPS_MOST_CONNECTIONS", "MLOPS_MAX_CONNECTIONS"],
    ["MLOPS_MOST_LAG_MS", "MLOPS_MAX_LAG_MS"],
    ["MLOPS_MOST_SPOOL_BYTES", "MLOPS_MAX_SPOOL_BYTES"],
    ["MLOPS_MOST_WAITING", "MLOPS_MAX_WAITING"],
    ["mlops_most_rows", "MLOPS_MAX_ROWS"],
  ])("of before are refused with the new name: %s", (old, today) => {
    const fault = `${old} is not a setting. It is now called ${today}; rename it.`;
    expect(faultsOf("scoring", { ...scoring, [old]: "5" })).toEqual([fault]);
  });

  test("name every fault at once", () => {
    expect(faultsOf("scoring", { MLOPS_MODEL: "x", MLOPS_PORT: "y", MLOPS_PROT: "1" })).toEqual([
      "MLOPS_MODEL_DIRECTORY is not set. Expected the folder of a model directory.",
      'MLOPS_MODEL is "x". Expected name:version, for example diabetes:3.',
      'MLOPS_PORT is "y". Expected a whole number from 0 to 65535.',
      "MLOPS_ENVIRONMENT is not set. Expected the environment's name, for example qa or prod: 1 to 20 lower-case letters, digits and dashes, a letter first and no dash last.",
      "MLOPS_PROT is not a setting. Did you mean MLOPS_PORT?",
    ]);
  });

  const key = "0123456789abcdef";
  test.each<[NodeJS.ProcessEnv, string[]]>([
    [
      { MLOPS_AUTH: "keys" },
      [
        'MLOPS_AUTH is "keys", but there are none. Set one of MLOPS_KEYS_FOLDER, MLOPS_KEY_VAULT and MLOPS_PRIMARY_KEY.',
      ],
    ],
    [
      { MLOPS_AUTH: "keys", MLOPS_PRIMARY_KEY: key, MLOPS_KEYS_FOLDER: "k" },
      ["MLOPS_PRIMARY_KEY and MLOPS_KEYS_FOLDER are set. Keys come from one place. Unset all but one."],
    ],
    [
      { MLOPS_AUTH: "keys", MLOPS_SECONDARY_KEY: key },
      ["MLOPS_SECONDARY_KEY is set without MLOPS_PRIMARY_KEY. Set both, or the primary one alone."],
    ],
    [
      { MLOPS_KEYS_FOLDER: "k" },
      ['MLOPS_KEYS_FOLDER is set, but MLOPS_AUTH is not "keys". Set it, or unset MLOPS_KEYS_FOLDER.'],
    ],
    [
      { MLOPS_AUTH: "keys", MLOPS_KEY_VAULT: "http://vault.example.com" },
      [
        'MLOPS_KEY_VAULT is "http://vault.example.com". Expected an https:// address without a path (http:// for this machine only).',
      ],
    ],
    [
      { MLOPS_AUTH: "entra", MLOPS_ENTRA_TENANT: "contoso" },
      [
        'MLOPS_ENTRA_TENANT is "contoso". Expected the tenant\'s id, a GUID.',
        'MLOPS_ENTRA_AUDIENCE is not set. MLOPS_AUTH is "entra", which needs it.',
        'MLOPS_ENTRA_ROLE is not set. MLOPS_AUTH is "entra", which needs it.',
      ],
    ],
    [
      { MLOPS_ENTRA_ROLE: "Read" },
      ['MLOPS_ENTRA_ROLE is set, but MLOPS_AUTH is not "entra". Set it, or unset MLOPS_ENTRA_ROLE.'],
    ],
    [
      { MLOPS_TEST_KEY: "the-key-of-our-tests", MLOPS_TEST_KEY_VAULT: "https://vault.example" },
      ["MLOPS_TEST_KEY and MLOPS_TEST_KEY_VAULT are set. The key comes from one place. Unset one of them."],
    ],
    [
      { MLOPS_TLS_KEY_VAULT: "https://vault.example", MLOPS_TLS_CERT: "c", MLOPS_TLS_KEY: "k" },
      [
        "MLOPS_TLS_KEY_VAULT and the files of a certificate are set. The certificate comes from one place. Unset one of them.",
      ],
    ],
    [
      { MLOPS_HOST: "::", MLOPS_TLS_KEY: "k", MLOPS_GRACE_MS: "1000", MLOPS_DRAIN_MS: "1000" },
      [
        'MLOPS_AUTH is not set, and others can reach MLOPS_HOST "::". Expected "keys" or "entra", or "none" to answer everyone.',
        "MLOPS_TLS_KEY is set without MLOPS_TLS_CERT. TLS needs both. Set MLOPS_TLS_CERT, or unset MLOPS_TLS_KEY.",
        "MLOPS_DRAIN_MS is 1000, and MLOPS_GRACE_MS is 1000. The drain is a part of the grace time. Make the grace time longer.",
      ],
    ],
  ])("that do not go together are refused: %j", (env, faults) => {
    expect(faultsOf("scoring", { ...scoring, ...env })).toEqual(faults);
  });

  test.each([
    ["https://shop.example", ["https://shop.example"]],
    ["https://Shop.Example", ["https://shop.example"]],
    ["HTTPS://shop.example:443,http://a.example:80/", ["https://shop.example", "http://a.example"]],
    [
      "https://shop.example:8443, http://localhost:3000",
      ["https://shop.example:8443", "http://localhost:3000"],
    ],
    ["https://münchen.example", ["https://xn--mnchen-3ya.example"]],
    ["http://[::1]:80", ["http://[::1]"]],
    ["*", ["*"]],
  ])("that name origins are as browsers send them: %s", (text, origins) => {
    expect(readSettings("scoring", { ...scoring, MLOPS_CORS_ORIGINS: text }).corsOrigins).toEqual(origins);
  });

  test.each([
    ...["https://*.example", "https://shop.example/app", "https://shop.example?x", "https://me@shop.example"],
    ...["shop.example", "ftp://shop.example", "null", "", "*,https://shop.example", "https://a.example,"],
  ])("that name no origin are refused with the reason: %s", (text) => {
    expect(faultsOf("scoring", { ...scoring, MLOPS_CORS_ORIGINS: text })).toEqual([
      `MLOPS_CORS_ORIGINS is "${text}". Expected origins like https://a.example,https://b.example without paths, or * for all; https://*.example would match none, as browsers send whole names.`,
    ]);
  });

  test.each(["127.0.0.1", "127.9.9.9", "localhost", "::1", "[::1]"])(
    "without MLOPS_AUTH may be for %s",
    (host) => {
      expect(readSettings("scoring", { ...scoring, MLOPS_HOST: host }).auth).toBeUndefined();
    },
  );

  test.each(["127.0.0.1.example.com", "0.0.0.0", "::ffff:10.0.0.1", "10.0.0.1", "localhost.example.com"])(
    "without MLOPS_AUTH may not be for %s",
    (host) => {
      expect(faultsOf("scoring", { ...scoring, MLOPS_HOST: host })).toHaveLength(1);
    },
  );

  test("that are secret are not shown, right or wrong", () => {
    const env = { ...scoring, MLOPS_AUTH: "keys", MLOPS_PRIMARY_KEY: key };
    expect(JSON.stringify(describeSettings(readSettings("scoring", env)))).not.toContain(key);
    expect(faultsOf("scoring", { ...env, MLOPS_PRIMARY_KEY: "hunter2" }).join()).not.toContain("hunter2");
  });

  test("of another process beside it are no fault", () => {
    const both = { ...scoring, MLOPS_EVALUATION: "off", PATH: "x" };
    expect(readSettings("scoring", both)).not.toHaveProperty("evaluation");
  });

  test.each([
    [
      "MLOPS_AUTH",
      "keys",
      "MLOPS_AUTH is a setting of the scoring process, and does nothing for a command or what it starts. Unset it.",
    ],
    ["MLOPS_PREDICTION_LOG_SAMPLE", "0.5", /scoring process.* Unset it\.$/],
    ["MLOPS_PREDICTION_LOG_REDACT", "name", /Give the column `personal: true` in the definition\.$/],
    ["MLOPS_MODEL_NAME", "diabetes", /gateway process/],
    ["MLOPS_CODE_REVISION", "", /training process/],
  ])("that a command would take and ignore are a fault: %s", (name, value, fault) => {
    const [found = "", ...others] = faultsOf("cli", { [name]: value, MLOPS_EVALUATION: "on" });
    expect(others).toEqual([]);
    expect(found).toMatch(fault);
  });

  test("are logged with secrets masked", () => {
    const settings = {
      host: "::1",
      apiKey: "abc",
      connectionString: "def",
      token: undefined,
      keyVault: "kv",
      predictionLog: "https://a.blob.core.windows.net/c?sv=1&sig=secret",
    };
    expect(describeSettings(settings)).toEqual({
      host: "::1",
      apiKey: "********",
      connectionString: "********",
      token: undefined,
      keyVault: "kv",
      predictionLog: "https://a.blob.core.windows.net/c",
    });
  });
});
