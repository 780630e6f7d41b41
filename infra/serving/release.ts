import * as pulumi from "@pulumi/pulumi";
import { projects } from "../config/projects";
import { refusal } from "../config/refusal";
import { lastOutput } from "../config/last-output";
import { releaseStateSchema, type ReleaseState } from "../config/release";

function given(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/**
 * The release to serve: the one given to this update, or else the last update's, from the stack's outputs. An unrelated
 * update, from any clone, thus keeps the release. Before the first release nothing serves.
 */
export async function readRelease(environment: string): Promise<ReleaseState> {
  const text = new pulumi.Config(projects.environment).get("release");
  const result = releaseStateSchema.safeParse(
    text === undefined ? ((await lastOutput(projects.serving, "release")) ?? {}) : given(text),
  );
  if (result.success) return result.data;
  const reasons = result.error.issues.map(({ path, message }) => [...path, message].join(" ")).join("; ");
  throw refusal(
    text === undefined
      ? `The output \`release\` of the serving stack ${environment} is not valid: ${reasons}. Deploy a version: npm run mlops -- deploy <model:version> --target azure --environment ${environment}`
      : `mlops:release is "${text}": ${reasons}. Only \`mlops deploy --target azure\` should set it. Run: pulumi config rm --stack ${environment} mlops:release`,
  );
}
