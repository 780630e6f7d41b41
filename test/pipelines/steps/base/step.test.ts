import { warn } from "../../../../pipelines/steps/base/step";

/** The commands that a warning becomes in a CI system that says so by a variable. */
function commandsIn(env: NodeJS.ProcessEnv): string[] {
  const commands: string[] = [];
  const print = Object.assign(() => undefined, { command: (line: string) => void commands.push(line) });
  warn("95 %\nof it", { env, print });
  return commands;
}

test("a warning is one line, with a percent sign as each CI system turns it back", () => {
  expect(commandsIn({ TF_BUILD: "True" })).toEqual(["##vso[task.logissue type=warning]95 %AZP25 of it"]);
  expect(commandsIn({ GITHUB_ACTIONS: "true" })).toEqual(["::warning::95 %25 of it"]);
  expect(commandsIn({})).toEqual([]);
});
