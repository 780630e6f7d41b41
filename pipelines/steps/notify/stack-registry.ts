import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { readEnvironments } from "../../../platform/release/environments";
import { placeOf } from "../../../platform/release/place";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import { readSettings } from "../../../platform/settings/settings";
import { openWorkspace } from "../../../platform/settings/workspace";
import { maskText } from "../base/mask";
import type { StepContext } from "../base/step";

/** The stack output with the processes' variables, from infra/components/outputs.ts. */
const environmentSchema = z.object({ cli: z.object({ MLOPS_REGISTRY: z.string().min(1) }) });

const timeoutMs = 120_000;

function explain(error: unknown, stack: string, secrets: readonly string[]): PlatformError {
  if (systemErrorCode(error) === "ENOENT") {
    return new PlatformError(
      "NOT_FOUND",
      "The command `pulumi` was not found. It is needed to read the registry's address from a stack's outputs. Run `npm run pulumi:install`, or set MLOPS_REGISTRY.",
      { cause: error },
    );
  }
  const { stderr } = error as { stderr?: string };
  const said = maskText(/error: (.+)/.exec(stderr ?? "")?.[1] ?? "no error message", secrets).replace(
    /\.$/,
    "",
  );
  return new PlatformError(
    "REMOTE_FAILED",
    `The registry's address cannot be read from stack ${stack}: ${said}. Expected the output \`environment\` of a successful update. Run \`npm run infra:up -- --stack ${stack}\`, or set MLOPS_REGISTRY.`,
    { cause: error },
  );
}

async function askStack(stack: string, { env, secrets }: StepContext): Promise<string> {
  const args = ["stack", "output", "environment", "--json", "--stack", stack, "--non-interactive"];
  const options = { env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, timeout: timeoutMs };
  try {
    const { stdout } = await promisify(execFile)("pulumi", args, options);
    return environmentSchema.parse(JSON.parse(stdout)).cli.MLOPS_REGISTRY;
  } catch (error) {
    throw explain(error, stack, secrets);
  }
}

/** The registry: MLOPS_REGISTRY if it is set; otherwise the training stack's, or the one on this machine. */
export async function locateRegistry(context: StepContext): Promise<string> {
  const { env } = context;
  const { registry, home, target } = readSettings("cli", env);
  if (registry !== "local") return registry;
  // The same rule as in `mlops`: cli/session/session.ts.
  if (placeOf(target).environments === "stacks" && env.MLOPS_REGISTRY === undefined)
    return askStack(readEnvironments(env).training, context);
  return (await openWorkspace(home)).registry;
}
