import { PlatformError, describeBug, exitCodeOf, explainStorageError } from "../../../platform/base/errors";
import { harmlessText } from "../../../platform/base/harmless-text";
import { warningCommand } from "../../../platform/base/logging-command";
import { maskText, secretsOf } from "./mask";

/** Context of a step's program. */
export interface StepContext {
  readonly env: NodeJS.ProcessEnv;
  /** Secret values of the environment, which are masked in all output. */
  readonly secrets: readonly string[];
  /** Writes a line to the job's log. Agent commands in it are neutralised, because the text can come from anywhere. */
  readonly print: Print;
}

interface Print {
  (line: string): void;
  /** Sends a logging command to the agent. */
  command(line: string): void;
}

/** Removes undefined variables, which Azure Pipelines passes as the literal text `$(NAME)`. */
function givenVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => !/^\$\([^)]*\)$/.test(value ?? "")));
}

/** Runs a step's program. An error becomes one message, without secrets, and an exit code. */
export async function runStep(step: (context: StepContext) => Promise<void>): Promise<void> {
  const env = givenVariables(process.env);
  const secrets = secretsOf(env);
  const write = (line: string): void => void process.stdout.write(`${maskText(line, secrets)}\n`);
  const print: Print = Object.assign((line: string) => write(harmlessText(line)), { command: write });
  try {
    await step({ env, secrets, print });
  } catch (thrown) {
    const error = explainStorageError(thrown);
    process.exitCode = exitCodeOf(error);
    if (error instanceof PlatformError) {
      process.stderr.write(`\n${error.code}: ${harmlessText(maskText(error.message, secrets))}\n`);
      return;
    }
    process.stderr.write(`\n${harmlessText(maskText(describeBug(error), secrets))}\n`);
  }
}

/** Shows a warning on the page of the run, where the CI system has one. */
export function warn(message: string, { env, print }: Pick<StepContext, "env" | "print">): void {
  const oneLine = message.replaceAll(/\s+/g, " ");
  if (env.TF_BUILD !== undefined) print.command(warningCommand(oneLine));
  if (env.GITHUB_ACTIONS !== undefined) print.command(`::warning::${oneLine.replaceAll("%", "%25")}`);
}

/** A required variable of a step; throws SETTINGS_INVALID if it is not set. */
export function requireVariable(env: NodeJS.ProcessEnv, name: string, example: string): string {
  const value = env[name]?.trim();
  if (value) return value;
  throw new PlatformError(
    "SETTINGS_INVALID",
    `${name} is not set. Expected ${example}. Set it in this step's environment.`,
  );
}
