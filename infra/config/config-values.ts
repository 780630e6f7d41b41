import { z } from "zod";
import { modelNamePattern, modelNameRule } from "../../platform/definition/model-ref";
import { reasonOf } from "../../platform/base/errors";
import { withoutPeriod } from "../../platform/base/wording";
import { parseTrustedKeys } from "../../platform/signing/trusted-keys";
import { cronFault } from "./cron";
import { imageReference } from "./release";

/** A setting of a stack: how its text is read, what stands for it when it is not set, and what it is for. */
export interface Setting {
  readonly schema: z.ZodType<unknown, string>;
  readonly default?: string;
  /** It may be left out, and then is undefined. */
  readonly optional?: true;
  readonly description: string;
  /** A value that the message for a missing one shows. */
  readonly example?: string;
}

export const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** How a value is read from the text that `pulumi config set` stores. */
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

/** A list, given as JSON: `pulumi config set --path 'mlops:zones[0]' 1`, or with commas. */
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
  "expected an image by its digest, as in <registry>/<repository>@sha256:<64 digits>",
);

/** Public keys in PEM, one or more. */
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
  "expected an Azure VM size, as in Standard_DS3_v2",
);

/** Generations of the first and second key, as in 3/2. */
export const generations = text(/^\d{1,6}\/\d{1,6}$/, "expected two numbers, as in 3/2").transform(
  (value) => {
    const [primary = "", secondary = ""] = value.split("/");
    return { primary, secondary };
  },
);

export const cron = z.string().superRefine((value, context) => {
  const fault = cronFault(value);
  if (fault !== undefined) context.addIssue({ code: "custom", message: fault });
});

export const modelName = text(modelNamePattern, `expected a model's name: ${modelNameRule}`);
