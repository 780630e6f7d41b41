import { closest, distance } from "fastest-levenshtein";
import { z } from "zod";
import { modelDefinitionSchema } from "./definition";
import { PlatformError } from "./errors";
import { modelNamePattern } from "./model-ref";

/** A setting: its environment variable, how the text is read, and what is allowed, in words. */
interface Variable<T> {
  readonly name: string;
  readonly schema: z.ZodType<T, string | undefined>;
  readonly expected: string;
}

function variable<T>(name: string, schema: z.ZodType<T, string | undefined>, expected: string): Variable<T> {
  return { name, schema, expected };
}

function choice<const T extends string>(name: string, values: readonly [T, ...T[]], fallback: NoInfer<T>) {
  const listed = values.map((value) => `"${value}"`);
  const last = listed.pop();
  const expected = listed.length > 0 ? `${listed.join(", ")} or ${last}` : String(last);
  return variable(
    name,
    z
      .enum(values)
      .optional()
      .transform((value) => value ?? fallback),
    expected,
  );
}

/** A whole number, both bounds inclusive. */
function wholeNumber(name: string, [least, most]: readonly [number, number], fallback: number) {
  const schema = z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .refine((value) => value >= least && value <= most)
    .optional();
  return variable(
    name,
    schema.transform((value) => value ?? fallback),
    `a whole number from ${least} to ${most}`,
  );
}

const modelRef = z.string().refine((text) => {
  const [name = "", version = "", ...rest] = text.split(":");
  return modelNamePattern.test(name) && /^[1-9]\d{0,8}$/.test(version) && rest.length === 0;
});

const folder = z.string().min(1);
const serving = modelDefinitionSchema.shape.serving.parse(undefined);
const dayMs = 86_400_000;

const home = variable("MLOPS_HOME", folder.default(".mlops"), "a folder");
const host = variable("MLOPS_HOST", z.string().min(1).default("127.0.0.1"), "an address to listen on");
const logLevel = choice(
  "MLOPS_LOG_LEVEL",
  ["fatal", "error", "warn", "info", "debug", "trace", "silent"],
  "info",
);
const environment = variable(
  "MLOPS_ENVIRONMENT",
  z.string().regex(/^[a-z][a-z0-9-]{0,19}$/),
  "the environment's name, for example qa or prod: at most 20 lower-case letters, digits and dashes",
);

/** Every setting of every process. What a process does not list may be set for another one beside it. */
const processes = {
  cli: {
    home,
    /** Folder of the model definitions, `<name>/model.ts`; the repository's own `models/` when not set. */
    models: variable("MLOPS_MODELS", folder.optional(), "a folder"),
    /** "off": candidates are registered without being compared with the champion. */
    evaluation: choice("MLOPS_EVALUATION", ["on", "off"], "on"),
    /** When the gate says no: "cancel" registers nothing, "continue" registers the candidate all the same. */
    onNoPromotion: choice("MLOPS_ON_NO_PROMOTION", ["cancel", "continue"], "cancel"),
    logLevel,
  },
  scoring: {
    modelDirectory: variable("MLOPS_MODEL_DIRECTORY", folder, "the folder of a model directory"),
    /** `name:version`. */
    model: variable("MLOPS_MODEL", modelRef, "name:version, for example diabetes:3"),
    host,
    port: wholeNumber("MLOPS_PORT", [0, 65_535], 8080),
    environment,
    /** Folder of the prediction log; nothing is logged without it. */
    predictionLog: variable("MLOPS_PREDICTION_LOG", folder.optional(), "a folder"),
    logLevel,
    concurrency: wholeNumber("MLOPS_CONCURRENCY", [1, 1024], serving.concurrency),
    queueTimeoutMs: wholeNumber("MLOPS_QUEUE_TIMEOUT_MS", [0, dayMs], serving.queueTimeoutMs),
    timeoutMs: wholeNumber("MLOPS_TIMEOUT_MS", [1, dayMs], serving.timeoutMs),
    mostRows: wholeNumber("MLOPS_MOST_ROWS", [1, 1_000_000], serving.mostRows),
    mostBodyBytes: wholeNumber("MLOPS_MOST_BODY_BYTES", [1, 1_000_000_000], serving.mostBodyBytes),
  },
  gateway: {
    home,
    environment,
    modelName: variable(
      "MLOPS_MODEL_NAME",
      z.string().regex(modelNamePattern),
      "a model's name: 3 to 40 lower-case letters, digits and dashes",
    ),
    host,
    /** 0 = any free port. */
    port: wholeNumber("MLOPS_PORT", [0, 65_535], 0),
    logLevel,
  },
} as const satisfies Record<string, Record<string, Variable<unknown>>>;

export type ProcessName = keyof typeof processes;

/** The settings of a process; those of `scoring` include its `ServingLimits`. */
export type Settings<P extends ProcessName> = {
  readonly [K in keyof (typeof processes)[P]]: (typeof processes)[P][K] extends Variable<infer T> ? T : never;
};

const knownNames = [
  ...new Set(Object.values(processes).flatMap((table) => Object.values(table).map(({ name }) => name))),
];

function unknownNameFault(name: string): string {
  const nearest = closest(name.toUpperCase(), knownNames);
  const hint = distance(name.toUpperCase(), nearest) <= 4 ? ` Did you mean ${nearest}?` : " Unset it.";
  return `${name} is not a setting.${hint}`;
}

/** Reads the settings of a process from its environment variables, once, at start. The error lists every fault. */
export function readSettings<P extends ProcessName>(processName: P, env: NodeJS.ProcessEnv): Settings<P> {
  const table: Record<string, Variable<unknown>> = processes[processName];
  const faults: string[] = [];
  const values = Object.entries(table).map(([key, { name, schema, expected }]) => {
    const text = env[name];
    const result = schema.safeParse(text);
    if (!result.success) {
      faults.push(`${name} is ${text === undefined ? "not set" : `"${text}"`}. Expected ${expected}.`);
    }
    return [key, result.data];
  });
  for (const name of Object.keys(env)) {
    if (/^mlops_/i.test(name) && !knownNames.includes(name)) faults.push(unknownNameFault(name));
  }
  if (faults.length > 0) {
    const list = faults.map((fault) => `  - ${fault}`).join("\n");
    throw new PlatformError("SETTINGS_INVALID", `Environment variables are not valid. Correct:\n${list}`);
  }
  return Object.freeze(Object.fromEntries(values) as Settings<P>);
}

/** Settings as they may be logged: the value of a key, token, password or connection string is masked. */
export function describeSettings(settings: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const secret = /(key|token|secret|password|credential|connectionString)$/i;
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [
      name,
      secret.test(name) && value !== undefined ? "********" : value,
    ]),
  );
}
