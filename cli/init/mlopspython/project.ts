import { readFile } from "node:fs/promises";
import path from "node:path";
import { parseEnv } from "node:util";
import { parse } from "yaml";
import { z } from "zod";
import { PlatformError, reasonOf, systemErrorCode } from "../../../platform/base/errors";
import { listFiles } from "../../../platform/base/files";

/** What a project that was made from MLOpsPython says, in its own words. */
export interface MlopsPythonProject {
  /** Variables of its pipelines, and those of `.env` that these do not have. */
  readonly variables: Readonly<Record<string, string>>;
  /** Section `training` of `parameters.json`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  /** `deployment_config_aci.yml` and `deployment_config_aks.yml`, each value under its path, such as `autoScaler.minReplicas`. */
  readonly containers: Readonly<Record<string, string>>;
  readonly kubernetes: Readonly<Record<string, string>>;
  /** The text of `train.py`. */
  readonly trainingProgram: string;
  /** All of its files, from its folder. */
  readonly files: readonly string[];
}

const variablesSchema = z.object({
  variables: z.union([
    z.array(z.object({ name: z.string().optional(), value: z.unknown().optional() })),
    z.record(z.string(), z.unknown()),
  ]),
});

const parametersSchema = z.object({ training: z.record(z.string(), z.unknown()).default({}) });

/** The variables of a pipeline template, in either of the two ways in which Azure Pipelines takes them. */
function variablesOf(content: unknown): Record<string, string> {
  const { variables } = variablesSchema.parse(content);
  const pairs = Array.isArray(variables)
    ? variables.flatMap(({ name, value }) => (name === undefined ? [] : [[name, value] as const]))
    : Object.entries(variables);
  return Object.fromEntries(pairs.map(([name, value]) => [name, textOf(value)]));
}

const textOf = (value: unknown): string =>
  value === null || value === undefined ? "" : typeof value === "string" ? value : JSON.stringify(value);

/** Every value of a document that is not an object, by the path of names that leads to it. */
function valuesOf(content: unknown, above = ""): Record<string, string> {
  if (typeof content !== "object" || content === null) return { [above]: textOf(content) };
  const parts = Object.entries(content).map(([name, value]) =>
    valuesOf(value, above === "" ? name : `${above}.${name}`),
  );
  return Object.assign({}, ...parts) as Record<string, string>;
}

async function projectFiles(folder: string): Promise<string[]> {
  try {
    return (await listFiles(folder)).filter((file) => !/(^|\/)(\.git|node_modules)\//.test(file));
  } catch (error) {
    const code = systemErrorCode(error);
    if (code === undefined) throw error;
    throw new PlatformError(
      "USAGE",
      `${folder} is not a folder that can be read (${code}). Expected a clone of a project made from MLOpsPython. Correct --from-mlopspython.`,
      { cause: error },
    );
  }
}

/** Reads a project's files; throws USAGE for a folder that is no such project, and names the file that cannot be understood. */
export async function readProject(folder: string): Promise<MlopsPythonProject> {
  const files = await projectFiles(folder);
  const read = async <Content>(file: string | undefined, understand: (text: string) => Content) => {
    if (file === undefined) return undefined;
    try {
      return understand(await readFile(path.join(folder, file), "utf8"));
    } catch (error) {
      throw new PlatformError(
        "DATA_UNREADABLE",
        `${path.join(folder, file)} cannot be read: ${error instanceof z.ZodError ? z.prettifyError(error).replaceAll("\n", " ") : reasonOf(error)}. Correct the file and try again.`,
        { cause: error },
      );
    }
  };
  const find = (pattern: RegExp): string | undefined => files.find((file) => pattern.test(file));
  const template = find(/(^|\/)\.pipelines\/.*variables-template\.ya?ml$/);
  const parameters = find(/(^|\/)parameters\.json$/);
  if (template === undefined && parameters === undefined) {
    throw new PlatformError(
      "USAGE",
      `${folder} was not made from MLOpsPython: it has neither .pipelines/*-variables-template.yml nor parameters.json. Give the project's top folder to --from-mlopspython.`,
    );
  }
  const dotenv = await read(find(/^\.env$/) ?? find(/^\.env\.example$/), (text) => parseEnv(text));
  const values = (text: string): Record<string, string> => valuesOf(parse(text));
  return {
    variables: {
      ...(dotenv as Record<string, string> | undefined),
      ...(await read(template, (text) => variablesOf(parse(text)))),
    },
    parameters: (await read(parameters, (text) => parametersSchema.parse(JSON.parse(text)).training)) ?? {},
    containers: (await read(find(/deployment_config_aci\.ya?ml$/), values)) ?? {},
    kubernetes: (await read(find(/deployment_config_aks\.ya?ml$/), values)) ?? {},
    trainingProgram: (await read(find(/(^|\/)training\/train\.py$/), String)) ?? "",
    files,
  };
}
