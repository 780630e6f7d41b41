import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import { readEnvironments } from "../../../platform/release/environments";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import { readSettings } from "../../../platform/settings/settings";
import { openWorkspace } from "../../../platform/settings/workspace";
import { maskText } from "../base/mask";
import type { StepContext } from "../base/step";

/** The output of a stack in which the variables of its processes are; infra/components/outputs.ts writes it. */
const environmentSchema = z.object({ cli: z.object({ MLOPS_REGISTRY: z.string().min(1) }) });

const timeoutMs = 120_000;

function explain(error: unknown, stack: string, secrets: readonly string[]): PlatformError {
  if (systemErrorCode(error) === "ENOENT") {
    return new PlatformError(
      "NOT_FOUND",
      "The command `pulumi` was not found. Where the registry is, a stack's outputs say. Run `npm run pulumi:install`, or set MLOPS_REGISTRY.",
      { cause: error },
    );
  }
  const { stderr } = error as { stderr?: string };
  const said = maskText(/error: (.+)/.exec(stderr ?? "")?.[1] ?? "no answer", secrets).replace(/\.$/, "");
  return new PlatformError(
    "REMOTE_FAILED",
    `Stack ${stack} does not say where the registry is: ${said}. Expected its output \`environment\`, of an update that succeeded. Run \`pulumi up --stack ${stack}\`, or set MLOPS_REGISTRY.`,
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

/** Where versions are: as MLOPS_REGISTRY has it; else of the stack that trains, or on this machine. */
export async function locateRegistry(context: StepContext): Promise<string> {
  const { env } = context;
  const { registry, home } = readSettings("cli", env);
  if (registry !== "local") return registry;
  // As `mlops` does; cli/session/session.ts.
  if (env.MLOPS_TARGET === "azure" && env.MLOPS_REGISTRY === undefined)
    return askStack(readEnvironments(env).training, context);
  return (await openWorkspace(home)).registry;
}
