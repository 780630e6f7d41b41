import { PlatformError, exitCodeOf, explainStorageError } from "../../../platform/base/errors";
import { maskText, secretsOf } from "./mask";

/** What a step's program works with. */
export interface StepContext {
  readonly env: NodeJS.ProcessEnv;
  /** Values of the environment that are never shown. */
  readonly secrets: readonly string[];
  /** Writes a line to the job's log. No line is taken for a command to the agent, wherever its text is from. */
  readonly print: Print;
}

interface Print {
  (line: string): void;
  /** Writes a command to the agent. */
  command(line: string): void;
}

/** An agent of Azure Pipelines looks for commands anywhere in a line, a runner of GitHub at its beginning. */
const harmless = (text: string): string =>
  text
    .replaceAll("##vso[", "## vso[")
    .replaceAll("##[", "## [")
    .replace(/^([^\S\r\n\u2028\u2029]*)::/gm, "$1 ::");

/** Azure Pipelines passes the name of a variable that is not there as it is written, `$(NAME)`. */
function givenVariables(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([, value]) => !/^\$\([^)]*\)$/.test(value ?? "")));
}

/** Runs the program of a step: its error is one message and an exit code, and holds no secret. */
export async function runStep(step: (context: StepContext) => Promise<void>): Promise<void> {
  const env = givenVariables(process.env);
  const secrets = secretsOf(env);
  const write = (line: string): void => void process.stdout.write(`${maskText(line, secrets)}\n`);
  const print: Print = Object.assign((line: string) => write(harmless(line)), { command: write });
  try {
    await step({ env, secrets, print });
  } catch (thrown) {
    const error = explainStorageError(thrown);
    process.exitCode = exitCodeOf(error);
    if (error instanceof PlatformError) {
      process.stderr.write(`\n${error.code}: ${maskText(error.message, secrets)}\n`);
      return;
    }
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(
      `\nThis is a bug; please report it with these lines.\n${maskText(stack, secrets)}\n`,
    );
  }
}

/** A variable that a step cannot do without. */
export function requireVariable(env: NodeJS.ProcessEnv, name: string, example: string): string {
  const value = env[name]?.trim();
  if (value) return value;
  throw new PlatformError(
    "SETTINGS_INVALID",
    `${name} is not set. Expected ${example}. Pass it to this step by its environment.`,
  );
}
