import { z } from "zod";
import { modelNamePattern, modelNameRule } from "../../platform/definition/model-ref";
import { reasonOf } from "../../platform/base/errors";
import { withoutPeriod } from "../../platform/base/wording";
import { parseTrustedKeys } from "../../platform/signing/trusted-keys";
import { cronFault } from "./cron";
import { imageReference } from "./release";

/** A setting of a stack: schema, default and description. */
export interface Setting {
  readonly schema: z.ZodType<unknown, string>;
  readonly default?: string;
  /** The setting can be left out and is then undefined. */
  readonly optional?: true;
  readonly description: string;
  /** A sample value for the message about a missing setting. */
  readonly example?: string;
}

export const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** A range of IPv4 addresses: `203.0.113.0/24`. */
export const addressRange = /^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/;

/** Parses the text that `pulumi config set` stores. */
const json = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
};

export const text = (pattern: RegExp, expected: string) => z.string().regex(pattern, expected);
export const flag = z
  .enum(["true", "false"], "expected true or false")
  .transform((value) => value === "true");
export const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, `expected ${values.map((value) => `"${value}"`).join(" or ")}`);

/** A whole number, both bounds inclusive. */
export const count = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z
    .string()
    .regex(/^\d{1,12}$/, expected)
    .transform(Number)
    .refine((value) => value >= min && value <= max, expected);
};

/** A list, as JSON (`pulumi config set --path 'mlops:zones[0]' 1`) or separated by commas. */
export const list = (item: RegExp, expected: string) =>
  z
    .string()
    .transform((value) => {
      const parsed = json(value);
      return (Array.isArray(parsed) ? parsed : value.split(","))
        .map((entry) => String(entry).trim())
        .filter(Boolean);
    })
    .refine((items) => items.every((entry) => item.test(entry)), `expected a list of ${expected}`);

export const pinnedImage = text(
  imageReference,
  "expected an image by digest, such as <registry>/<repository>@sha256:<64 digits>",
);

/** One or more public keys in PEM. */
export const publicKeys = z.string().superRefine((value, context) => {
  try {
    parseTrustedKeys(value, "its own text");
  } catch (error) {
    context.addIssue({
      code: "custom",
      message: withoutPeriod(reasonOf(error).replace(/^MLOPS_TRUSTED_KEYS /, "")),
    });
  }
});
export const email = text(/^[^@\s]+@[^@\s.]+(\.[^@\s.]+)+$/, "expected an e-mail address");
export const vmSize = text(
  /^Standard_[A-Z]+\d[A-Za-z0-9-]*(_[A-Za-z0-9]+)*$/,
  "expected an Azure VM size, such as Standard_DS3_v2",
);

/** Generations of the first and second key, for example 3/2. */
export const generations = text(/^\d{1,6}\/\d{1,6}$/, "expected two numbers, such as 3/2").transform(
  (value) => {
    const [primary = "", secondary = ""] = value.split("/");
    return { primary, secondary };
  },
);

/**
 * A whole /16 network of the private ranges (RFC 1918). AKS uses 10.0 for services and 10.244 for pods, and nodes use 172.17 for containers.
 */
export const privateNetwork = text(
  /^(10\.(?!0\.|244\.)(\d|[1-9]\d|1\d\d|2[0-4]\d|25[0-5])|172\.(16|18|19|2\d|3[01])|192\.168)\.0\.0\/16$/,
  "expected a /16 network of a private range, such as 10.40.0.0/16, 172.20.0.0/16 or 192.168.0.0/16, but not 10.0.0.0, 10.244.0.0 or 172.17.0.0, which AKS uses itself",
);

export const cron = z.string().superRefine((value, context) => {
  const fault = cronFault(value);
  if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
});

export const modelName = text(modelNamePattern, `expected a model's name: ${modelNameRule}`);
