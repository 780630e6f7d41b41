import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { repository } from "../../build/repository";
import { digestOf } from "../../platform/base/files";
import type { Environments } from "../../platform/release/environments";

/** A file of a pipeline, to be laid down at its path. */
export interface PipelineFile {
  /** From the root of a repository. */
  readonly path: string;
  /** SHA-256 of the text. */
  readonly digest: string;
  readonly text: string;
}

/** Names that a pipeline's text takes from a stack. */
interface StackNames {
  readonly stack: string;
  readonly model: string;
  readonly environments: Pick<Environments, "testing" | "production">;
}

/**
 * The text of a pipeline with a stack's names in it: its model and the stack itself are the defaults of the parameters of these
 * names, and the environments are variables of the file, which then needs no environments.yml.
 */
export function filledIn(text: string, { stack, model, environments }: StackNames): string {
  const { testing, production } = environments;
  return text
    .replace(/^( *- \{ name: model,.*\bdefault: )[^ }]+( \})$/m, `$1${model}$2`)
    .replace(/^( *- \{ name: stack,.*\btype: string)( \})$/m, `$1, default: ${stack}$2`)
    .replace(/^( *)- template: \.\.\/environments\.yml$/m, (_, indent: string) =>
      [
        `${indent}- { name: testEnvironments, value: "${testing.join(",")}" }`,
        `${indent}- { name: productionEnvironment, value: ${production} }`,
      ].join("\n"),
    );
}

const read = (file: string): string => readFileSync(path.join(repository, file), "utf8");

/** The file of a pipeline in a stack's words. */
export function pipelineFile(file: string, names: StackNames): PipelineFile {
  const text = filledIn(read(file), names);
  return { path: file, digest: digestOf(text), text };
}

/** Templates that pipelines are made of, the same in every stack. */
export function pipelineTemplates(): PipelineFile[] {
  const folder = "/pipelines/templates";
  return readdirSync(path.join(repository, folder))
    .sort()
    .map((name) => {
      const text = read(`${folder}/${name}`);
      return { path: `${folder}/${name}`, digest: digestOf(text), text };
    });
}
