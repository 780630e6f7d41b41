import { execFile } from "node:child_process";
import path from "node:path";
import { promisify } from "node:util";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import { maskText } from "../base/mask";
import type { StepContext } from "../base/step";

/** A stack of an environment: its own, or that of what serves in it. Both have the environment's name. */
export interface EnvironmentStack {
  /** As it is shown: that of what serves is named with its project. */
  readonly title: string;
  /** Folder of its project, from where the command runs. */
  readonly folder: string;
}

/** Project of what serves, below that of the environments. */
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
        "The command `pulumi` was not found. Stacks are previewed and updated by it. Run `npm run pulumi:install`, and see that its folder is on the PATH.",
        { cause: error },
      );
    }
    const { stderr = "" } = error as { stderr?: string };
    if (/no stack named/i.test(stderr)) return false;
    const said = maskText(/error: (.+)/.exec(stderr)?.[1] ?? "no answer", secrets).replace(/\.$/, "");
    throw new PlatformError(
      "REMOTE_FAILED",
      `Pulumi does not say whether anything serves in ${stack}: ${said}. Expected its backend, and what opens it. Set PULUMI_BACKEND_URL, and sign in.`,
      { cause: error },
    );
  }
}

/** The stack of an environment itself. */
export const ownStack = (environment: string): EnvironmentStack => ({ title: environment, folder: "." });

/** The stack of what serves in an environment: there is one since its first release. */
export async function findServingStack(
  environment: string,
  context: StepContext,
): Promise<EnvironmentStack | undefined> {
  if (!(await exists(environment, servingFolder, context))) return undefined;
  return { title: `mlops-serving/${environment}`, folder: servingFolder };
}
