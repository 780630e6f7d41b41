import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../../build/repository";
import { digestOf } from "../../platform/base/files";
import type { Environments } from "../../platform/release/environments";

/** A pipeline file, to be written at its path. */
export interface PipelineFile {
  /** Path from the root of a repository. */
  readonly path: string;
  /** SHA-256 of the text. */
  readonly digest: string;
  readonly text: string;
}

/** Names from a stack that are filled into a pipeline's text. */
interface StackNames {
  readonly stack: string;
  readonly model: string;
  readonly environments: Pick<Environments, "testing" | "production">;
}

/**
 * Fills a stack's names into a pipeline's text: its name becomes the default of the parameter `stack`, and the environments and its model
 * become variables of the file, which then needs neither environments.yml nor the stack's settings file.
 */
export function filledIn(text: string, { stack, model, environments }: StackNames): string {
  const { testing, production } = environments;
  return text
    .replace(/^( *- \{ name: stack,.*\btype: string)( \})$/m, `$1, default: ${stack}$2`)
    .replace(/^( *)- template: \.\.\/environments\.yml$/m, (_, indent: string) =>
      [
        `${indent}- { name: testEnvironments, value: "${testing.join(",")}" }`,
        `${indent}- { name: productionEnvironment, value: ${production} }`,
        `${indent}- { name: MLOPS_DEFAULT_MODEL, value: ${model} }`,
      ].join("\n"),
    );
}

const read = (file: string): string => readFileSync(path.join(repository, file), "utf8");

/** A pipeline file with a stack's names filled in. */
export function pipelineFile(file: string, names: StackNames): PipelineFile {
  const text = filledIn(read(file), names);
  return { path: file, digest: digestOf(text), text };
}

/** The templates that pipelines use, which are the same in every stack. */
export function pipelineTemplates(): PipelineFile[] {
  const folder = "/pipelines/templates";
  return readdirSync(path.join(repository, folder))
    .sort()
    .map((name) => {
      const text = read(`${folder}/${name}`);
      return { path: `${folder}/${name}`, digest: digestOf(text), text };
    });
}
