import type { Command } from "commander";
import { PlatformError } from "../../platform/base/errors";
import { meantBy } from "../../platform/definition/closed-object";

const helpFlags: readonly string[] = ["--help", "-h"];

function unknownCommand(group: Command, { word, named }: { word: string; named: readonly string[] }): Error {
  const known = group.commands.map((command) => command.name());
  const nearest = meantBy(word, known);
  const meant = nearest === undefined ? `Expected one of ${known.join(", ")}.` : `Did you mean "${nearest}"?`;
  const help = ["mlops", ...named, "--help"].join(" ");
  return new PlatformError(
    "USAGE",
    `There is no command "${[...named, word].join(" ")}". ${meant} \`${help}\` describes them.`,
  );
}

/**
 * The words of a call as commander reads them: `help runs compare` is `runs compare --help`. Throws USAGE for a command that there is
 * not: commander answers with the help of what is above it, or calls the word an operand of the verb that stands in for none.
 */
export function commandWords(program: Command, words: readonly string[]): string[] {
  const named: string[] = [];
  let [group, isHelp, rest] = [program, false, [...words]];
  while (group.commands.length > 0) {
    const [word, ...others] = rest;
    // What is behind a flag may be its value.
    if (word === undefined || (word.startsWith("-") && !helpFlags.includes(word))) break;
    rest = others;
    if (word === "help" || helpFlags.includes(word)) isHelp = true;
    else {
      const found = group.commands.find((command) => command.name() === word);
      if (found === undefined) throw unknownCommand(group, { word, named });
      named.push(word);
      group = found;
    }
  }
  return [...named, ...(isHelp ? ["--help"] : []), ...rest];
}
