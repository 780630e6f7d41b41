import { npmAbove } from "../../../cli/commands/npm-above";

test.each<[string, readonly string[] | undefined, number | undefined]>([
  ["npm stands above the shell that it runs a script in", ["sh", "-c", "node cli/main.ts serve", ""], 10],
  [
    "a shell that makes room for the script leaves npm itself, above which nobody matters",
    ["npm run serve", ""],
    undefined,
  ],
  ["a script of one's own is no shell of npm's", ["bash", "./serve.sh", ""], undefined],
  ["a system that does not tell has nobody to watch", undefined, undefined],
])("%s", (_, args, npm) => {
  const table = {
    parentOf: (pid: number) => (pid === 20 ? 10 : undefined),
    argumentsOf: (pid: number) => (pid === 20 ? args : undefined),
  };
  expect(npmAbove(20, table)).toBe(npm);
});
