import { closest, distance } from "fastest-levenshtein";
import * as pulumi from "@pulumi/pulumi";
import { environmentName } from "../../platform/settings/environment-name";
import { holdsKeys } from "../../platform/signing/trusted-keys";
import { crossFaults } from "./config-faults";
import { settings } from "./config-settings";
import type { Setting } from "./config-values";
import { regions } from "./regions";
import { refusal } from "./refusal";
import type { StackConfig } from "./stack-config";

/** Parses a stack's settings, keyed by `mlops:<key>`; the error lists every fault with the command that corrects it. */
export function parseConfig(stack: string, values: Readonly<Record<string, string>>): StackConfig {
  const faults: string[] = [];
  const add = (key: string, problem: string, example = "<value>"): void => {
    // Quoted for a shell: a cron expression has spaces and stars.
    const value = /^[\w./:@<>-]+$/.test(example) ? example : `'${example}'`;
    const end = problem.endsWith("?") ? "" : ".";
    faults.push(`${key} ${problem}${end} Run: pulumi config set --stack ${stack} ${key} ${value}`);
  };
  if (!environmentName.pattern.test(stack)) {
    faults.push(
      `The stack's name "${stack}" is not valid, because it becomes part of resource names. Expected ${environmentName.allowed}.`,
    );
  }
  const location = values["azure-native:location"] ?? "";
  if (!(regions as readonly string[]).includes(location)) {
    const problem =
      location === ""
        ? "is not set"
        : `is "${location}", which is not a region with all the services that a stack needs; did you mean ${closest(location, regions)}?`;
    add("azure-native:location", problem, "westeurope");
  }
  const read: [string, unknown][] = [];
  for (const [key, setting] of Object.entries<Setting>(settings)) {
    const given = values[`mlops:${key}`] ?? setting.default;
    if (given === undefined || (given === "" && setting.optional)) {
      if (!setting.optional) add(`mlops:${key}`, `is not set (${setting.description})`, setting.example);
      continue;
    }
    const result = setting.schema.safeParse(given);
    if (result.success) read.push([key, result.data]);
    else {
      const reasons = result.error.issues.map(({ path, message }) => [...path, message].join(" "));
      // A PEM key is not shown, because it may be the private key.
      const shown = holdsKeys(given) ? "a text in PEM" : `"${given}"`;
      add(`mlops:${key}`, `is ${shown}: ${reasons.join("; ")}`, setting.example ?? setting.default);
    }
  }
  for (const key of Object.keys(values)) {
    if (!key.startsWith("mlops:") || key.slice(6) in settings) continue;
    const nearest = closest(key.slice(6), Object.keys(settings));
    const hint =
      distance(key.slice(6), nearest) <= 3
        ? ` Did you mean mlops:${nearest}?`
        : " docs/reference/stack-settings.md lists them.";
    faults.push(`${key} is not a setting.${hint} Run: pulumi config rm --stack ${stack} ${key}`);
  }
  const config = Object.freeze({
    ...Object.fromEntries(read),
    environment: stack,
    location,
  }) as unknown as StackConfig;
  faults.push(...crossFaults(config));
  if (faults.length > 0) {
    throw refusal(
      `The configuration of stack ${stack} is not valid. Correct:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
  }
  return config;
}

/** The configuration of the current stack. Nothing else reads Pulumi's configuration of the environment's stack. */
export function readConfig(): StackConfig {
  return parseConfig(pulumi.getStack(), pulumi.runtime.allConfig());
}
