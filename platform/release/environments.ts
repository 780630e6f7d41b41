import { readFileSync } from "node:fs";
import path from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import { PlatformError, reasonOf } from "../base/errors";
import { shownPath } from "../base/shown-path";
import { environmentName } from "../settings/environment-name";

/** Where a model is deployed, in the order in which a release passes through. */
export interface Environments {
  /** Where a release is tested, one after the other. */
  readonly testing: readonly [string, ...string[]];
  /** The first of them: its stack trains, and so has the registry of versions. */
  readonly training: string;
  /** Where it serves, after an approval and a canary. */
  readonly production: string;
  /** All of them, production last. */
  readonly names: readonly [string, ...string[], string];
}

/** Names that pipelines use for something else: `mlops-preview` is a pipeline, `mlops-build` a kind of agent. */
const taken = ["preview", "infra", "build", "monitor", "all"];

/** In the names of an environment's identities: `mlops-<environment>-release` releases to it. */
const duties = ["preview", "release", "watch"];

const fileSchema = z.strictObject({
  variables: z.strictObject({ testEnvironments: z.string(), productionEnvironment: z.string() }),
});

/** The file that names the environments, which people edit. */
const repositoryFile = path.join(__dirname, "..", "..", "environments.yml");

function faultsOf(testing: readonly string[], production: string): string[] {
  const names = [...testing, production];
  return names.flatMap((name, index) => {
    const where = index < testing.length ? "testEnvironments" : "productionEnvironment";
    if (!environmentName.pattern.test(name))
      return [`${where} has the name "${name}". Expected ${environmentName.allowed}.`];
    if (taken.includes(name))
      return [`${where} has the name "${name}", which pipelines use otherwise. Choose another one.`];
    const owner = names.find((each) => duties.some((duty) => name === `${each}-${duty}`));
    if (owner !== undefined)
      return [`${where} has the name "${name}", as an identity of ${owner} is called. Choose another one.`];
    if (names.indexOf(name) < index) return [`"${name}" is named twice. Leave one of them out.`];
    return [];
  });
}

/** The environments that a file of this text names; `source` is what messages call it. */
export function parseEnvironments(text: string, source: string): Environments {
  const refuse = (faults: readonly string[]): PlatformError =>
    new PlatformError(
      "SETTINGS_INVALID",
      `${source} does not name the environments. Correct:\n${faults.map((fault) => `  - ${fault}`).join("\n")}`,
    );
  let content: unknown;
  try {
    content = parse(text);
  } catch (error) {
    throw refuse([`It is not YAML: ${reasonOf(error)}`]);
  }
  const read = fileSchema.safeParse(content);
  if (!read.success)
    throw refuse(
      read.error.issues.map(({ path: at, message }) => `${at.join(".") || "the file"}: ${message}.`),
    );
  const { testEnvironments, productionEnvironment: production } = read.data.variables;
  // As Azure Pipelines splits it: a space behind a comma would be part of a name there.
  const [training = "", ...others] = testEnvironments.split(",");
  const testing = [training, ...others] as const;
  const faults = faultsOf(testing, production);
  if (faults.length > 0) throw refuse(faults);
  return { testing, training, production, names: [training, ...others, production] };
}

/** The environments of this clone, or of the file that MLOPS_ENVIRONMENTS names. */
export function readEnvironments(env: NodeJS.ProcessEnv = process.env): Environments {
  const file = env.MLOPS_ENVIRONMENTS ?? repositoryFile;
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new PlatformError(
      "SETTINGS_INVALID",
      `The environments cannot be read: ${reasonOf(error)}. Expected a file like environments.yml of this repository. Restore it, or correct MLOPS_ENVIRONMENTS.`,
    );
  }
  return parseEnvironments(text, shownPath(file));
}

/** Those that a release has to have passed before it may go to this one. */
export function environmentsBefore({ names }: Environments, environment: string): readonly string[] {
  const place = names.indexOf(environment);
  if (place >= 0) return names.slice(0, place);
  throw new PlatformError(
    "USAGE",
    `There is no environment "${environment}". Expected one of ${names.join(", ")}. Name it in environments.yml first, or correct it.`,
  );
}
