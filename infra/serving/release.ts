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
 * What the stack is to serve: what this update was given, else, from its own outputs, what its last update left. So an
 * update that is about something else, from whatever clone, leaves the release as it is; nothing serves before the first.
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
      ? `The output \`release\` of what serves in ${environment} is not valid: ${reasons}. Deploy a version: npm run mlops -- deploy <model:version> --target azure --environment ${environment}`
      : `mlops:release is "${text}": ${reasons}. Releases are given by \`mlops deploy --target azure\`. Run: pulumi config rm --stack ${environment} mlops:release`,
  );
}
