import { linesWith, sourceFiles } from "./sources";

interface OneWay {
  /** How a copy looks. */
  readonly pattern: RegExp;
  /** Files in which it is right. */
  readonly places: readonly string[];
  /** A line that has to be found. */
  readonly copy: string;
}

/** What is done in one place; a line elsewhere that looks so is a copy of it. */
const oneWays: Readonly<Record<string, OneWay>> = {
  "what was thrown is told by reasonOf() and stackOf()": {
    pattern: /\binstanceof Error \?|\b(error|cause|thrown)\.stack\b/,
    places: ["platform/base/errors.ts"],
    copy: "const reason = cause instanceof Error ? cause.message : String(cause);",
  },
  "a bug is printed by describeBug()": {
    pattern: /This is a bug; please report/,
    places: ["platform/base/errors.ts"],
    copy: "process.stderr.write(`This is a bug; please report it with these lines.`)",
  },
};

describe.each(Object.entries(oneWays))("%s", (_, { pattern, places, copy }) => {
  test("and nowhere else", () => {
    const files = sourceFiles();
    expect(files).toEqual(expect.arrayContaining([...places]));
    expect(
      linesWith(
        pattern,
        files.filter((file) => !places.includes(file)),
      ),
    ).toEqual([]);
  });

  test("and a copy would be found", () => {
    expect(pattern.test(copy)).toBe(true);
  });
});
