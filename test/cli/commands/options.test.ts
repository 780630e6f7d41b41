import { CommandScope } from "../../../cli/commands/command-scope";
import { runCli } from "../../../cli/commands/program";

const run = (...words: string[]): Promise<void> => runCli(new CommandScope(), ["node", "mlops", ...words]);

test.each([
  ["rollback", "--reason", ""],
  ["canary", "rollback", "--unlock", "--reason", " \t"],
  ["canary", "promote", "--older", "--reason", ""],
  ["canary", "advance", "--approved-by", ""],
  ["promote", "--older", "--reason", "\u001b[2J"],
  ["retrain", "--reason", "x".repeat(501)],
])("what somebody says has to say something: %j", async (...command) => {
  await expect(run(...command)).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(/Expected (1 to 500|text alone)/),
  });
});

test.each([
  ["--weight", "10"],
  ["--older", "--reason", "why"],
  ["--approved-by", "somebody"],
])("what means something in production alone is refused elsewhere: %j", async (...flags) => {
  await expect(run("deploy", "--environment", "qa", ...flags)).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining(`${flags[0]}: only of prod`),
  });
});

test.each([
  ["--data", "data", "check", "--data", ""],
  ["--report", "data", "check", "--report="],
  ["--run", "evaluate", "--run", ""],
  ["--history", "monitor", "--history", ""],
  ["<version>", "registry", "show", ""],
])("a value that is empty is none: %s", async (name, ...command) => {
  await expect(run(...command)).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining(`${name} is empty.`),
  });
});

test.each(["promote", "advance"])("canary %s --older needs a reason", async (verb) => {
  await expect(run("canary", verb, "--older")).rejects.toMatchObject({ code: "USAGE" });
});

test("who approved is said by one of two options", async () => {
  await expect(run("canary", "advance", "--approved-by", "me", "--approval-of-run")).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringContaining("cannot be used with"),
  });
});
