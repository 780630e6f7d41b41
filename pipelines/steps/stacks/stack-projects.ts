import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import { maskText } from "../base/mask";
import type { StepContext } from "../base/step";

/** A stack of an environment: its own, or its serving stack. Both have the environment's name. */
export interface EnvironmentStack {
  /** Name for messages; the serving stack's includes its project. */
  readonly title: string;
  /** Folder of its project, relative to the working directory. */
  readonly folder: string;
}

/** Folder of the serving project. */
const servingFolder = path.join("infra", "serving");
const timeoutMs = 120_000;

async function exists(stack: string, folder: string, { env, secrets }: StepContext): Promise<boolean> {
  const args = [
    "stack",
    "select",
    "--stack",
    stack,
    "--cwd",
    folder,
    "--non-interactive",
    "--color",
    "never",
  ];
  const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, timeout: timeoutMs };
  try {
    await promisify(execFile)("pulumi", args, options);
    return true;
  } catch (error) {
    if (systemErrorCode(error) === "ENOENT") {
      throw new PlatformError(
        "NOT_FOUND",
        "The command `pulumi` was not found. It is needed to preview and update stacks. Run `npm run pulumi:install`, and add its folder to the PATH.",
        { cause: error },
      );
    }
    const { stderr = "" } = error as { stderr?: string };
    if (/no stack named/i.test(stderr)) return false;
    const said = maskText(/error: (.+)/.exec(stderr)?.[1] ?? "no error message", secrets).replace(/\.$/, "");
    throw new PlatformError(
      "REMOTE_FAILED",
      `Pulumi cannot tell whether ${stack} has a serving stack: ${said}. Expected a backend, and access to it. Set PULUMI_BACKEND_URL, and sign in.`,
      { cause: error },
    );
  }
}

/** An environment's own stack. */
export const ownStack = (environment: string): EnvironmentStack => ({ title: environment, folder: "." });

/** An environment's serving stack; undefined before its first release. */
export async function findServingStack(
  environment: string,
  context: StepContext,
): Promise<EnvironmentStack | undefined> {
  if (!(await exists(environment, servingFolder, context))) return undefined;
  return { title: `mlops-serving/${environment}`, folder: servingFolder };
}
