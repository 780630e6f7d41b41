import { PlatformError } from "../../../platform/base/errors";

/** The environment that `--stack` names, and the other words of a command line. */
export function environmentOption(words: readonly string[]): { stack: string; rest: readonly string[] } {
  const at = words.indexOf("--stack");
  const stack = at < 0 ? undefined : words[at + 1];
  if (stack !== undefined && /^[\w.-]+$/.test(stack))
    return { stack, rest: words.filter((_, index) => index !== at && index !== at + 1) };
  throw new PlatformError(
    "USAGE",
    `The stack is ${stack ?? "not given"}. Expected an environment of environments.yml. Run \`npm run infra:up -- --stack <name>\`, or infra:keys or infra:destroy in its place.`,
  );
}
