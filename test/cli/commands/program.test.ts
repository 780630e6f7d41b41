import type { Command, Option } from "commander";
import { CommandScope } from "../../../cli/commands/command-scope";
import { buildCli, runCli } from "../../../cli/commands/program";

interface Verb {
  readonly path: readonly string[];
  readonly command: Command;
}

/** The commands that do something, each with the words that lead to it. */
function verbsOf(command: Command, path: readonly string[] = []): Verb[] {
  if (command.commands.length === 0) return [{ path, command }];
  return command.commands.flatMap((part) => verbsOf(part, [...path, part.name()]));
}

/** A flag of a verb with a value that it takes. */
function written({ flags, long, argChoices }: Option): string[] {
  const value = /[<[]/.test(flags) ? [argChoices?.[0] ?? "2"] : [];
  return [long ?? "", ...value];
}

/** Gives a fresh program the words, and says which verb got them and what it has read of `flag`. */
async function parse(words: readonly string[], { path, flag }: { path: readonly string[]; flag: string }) {
  const program = buildCli(new CommandScope());
  let called: Command | undefined;
  for (const { command } of verbsOf(program)) command.action(() => void (called = command));
  const verb = verbsOf(program).find((candidate) => candidate.path.join(" ") === path.join(" "))?.command;
  for (const { command } of [{ command: program }, ...verbsOf(program)]) command.exitOverride();
  await program.parseAsync(["node", "mlops", ...words]);
  const attribute = verb?.options.find(({ long }) => long === flag)?.attributeName() ?? "";
  return { same: called !== undefined && called === verb, source: verb?.getOptionValueSource(attribute) };
}

const cases = verbsOf(buildCli(new CommandScope())).flatMap(({ path, command }) =>
  command.options.map((option) => ({ name: `${path.join(" ")} ${option.long}`, path, command, option })),
);

describe("the program", () => {
  test("has verbs with flags", () => {
    expect(cases.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["score --version", "registry list --model"]),
    );
  });

  test.each(cases)("leaves its flag to the verb: $name", async ({ path, command, option }) => {
    const required = command.options.filter(({ mandatory, long }) => mandatory && long !== option.long);
    const operands = command.registeredArguments.filter((operand) => operand.required).map(() => "1");
    const words = [...path, ...operands, ...required.flatMap(written), ...written(option)];
    expect(await parse(words, { path, flag: option.long ?? "" })).toEqual({ same: true, source: "cli" });
  });

  test("says the default of a flag once", () => {
    const described = cases.map(({ name, command, option }) => ({
      name,
      defaults: command.createHelp().optionDescription(option).split("(default: ").length - 1,
    }));
    expect(described.filter(({ defaults }) => defaults > 1)).toEqual([]);
    expect(described.filter(({ defaults }) => defaults === 1).length).toBeGreaterThan(10);
  });

  test("answers with its own version when it is asked, and a verb without that flag refuses it", async () => {
    const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
    try {
      await expect(parse(["--version"], { path: [], flag: "" })).rejects.toMatchObject({
        code: "commander.version",
      });
      await expect(parse(["status", "--version"], { path: [], flag: "" })).rejects.toMatchObject({
        code: "commander.unknownOption",
      });
    } finally {
      write.mockRestore();
    }
  });

  test.each(["help trian", "trian --help", "trian"])(
    "%s: says that there is no such command",
    async (words) => {
      const write = jest.spyOn(process.stdout, "write").mockReturnValue(true);
      try {
        const called = runCli(new CommandScope(), ["node", "mlops", ...words.split(" ")]);
        await expect(called).rejects.toMatchObject({
          code: "USAGE",
          message: 'There is no command "trian". Did you mean "train"? `mlops --help` describes them.',
        });
        expect(write).not.toHaveBeenCalled();
      } finally {
        write.mockRestore();
      }
    },
  );
});
