import { Command } from "commander";
import { commandWords } from "../../../cli/commands/command-words";

function program(): Command {
  const root = new Command("mlops");
  root.command("train").argument("[what...]");
  const runs = root.command("runs");
  runs.command("list", { isDefault: true });
  runs.command("compare").argument("<a>");
  return root;
}

describe("the words of a call", () => {
  test.each([
    ["train help", "train help"],
    ["train --help", "train --help"],
    ["runs", "runs"],
    ["runs --model nope", "runs --model nope"],
    ["runs compare nope", "runs compare nope"],
    ["help", "--help"],
    ["", ""],
    ["--version", "--version"],
    ["help train", "train --help"],
    ["help runs compare", "runs compare --help"],
    ["runs help compare", "runs compare --help"],
    ["runs -h", "runs --help"],
    ["--help train", "train --help"],
  ])("%j are %j to commander", (words, read) => {
    expect(commandWords(program(), words.split(" ").filter(Boolean)).join(" ")).toBe(read);
  });

  test.each([
    ["help trian", 'There is no command "trian". Did you mean "train"? `mlops --help` describes them.'],
    ["help nope", 'There is no command "nope". Expected one of train, runs. `mlops --help` describes them.'],
    ["trian", 'There is no command "trian". Did you mean "train"? `mlops --help` describes them.'],
    ["trian --help", 'There is no command "trian". Did you mean "train"? `mlops --help` describes them.'],
    [
      "runs comapre a b",
      'There is no command "runs comapre". Did you mean "compare"? `mlops runs --help` describes them.',
    ],
    [
      "help runs lst",
      'There is no command "runs lst". Did you mean "list"? `mlops runs --help` describes them.',
    ],
    [
      "runs help nope",
      'There is no command "runs nope". Expected one of list, compare. `mlops runs --help` describes them.',
    ],
  ])("%j name no command", (words, message) => {
    expect(() => commandWords(program(), words.split(" "))).toThrow(message);
  });
});
