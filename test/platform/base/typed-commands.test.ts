import { typedCommand, typedCommands } from "../../../platform/base/typed-commands";

const advice = "Run `mlops train --model cost` first, or `mlops status`.";

test.each(["mlops", "start"])(
  "a command is shown as it has to be typed where npm runs the script %s",
  (script) => {
    expect(typedCommands(advice, { npm_lifecycle_event: script })).toBe(
      "Run `npm run mlops -- train --model cost` first, or `npm run mlops -- status`.",
    );
  },
);

test.each([undefined, "test"])("and by its name where the script is %s", (script) => {
  expect(typedCommands(advice, { npm_lifecycle_event: script })).toBe(advice);
});

test("what can be typed already, and what is no command, stays", () => {
  const text =
    "Next: npm run mlops -- evaluate. `npm run mlops -- status` reads mlops-batch.yml and `mlops:page`.";
  expect(typedCommands(text, { npm_lifecycle_event: "mlops" })).toBe(text);
});

test("a command by itself is shown as it has to be typed", () => {
  expect(typedCommand("mlops status --json", { npm_lifecycle_event: "mlops" })).toBe(
    "npm run mlops -- status --json",
  );
  expect(typedCommand("mlops --help", { npm_lifecycle_event: "start" })).toBe("npm run mlops -- --help");
  expect(typedCommand("mlops status", {})).toBe("mlops status");
});
