import { readFileSync } from "node:fs";
import { reliabilityPage, withTrials } from "../../../bench/trials/reliability-page";

const page = `# Reliability

<!-- trials: written by \`npm run test:nightly -- --write\` -->

| Trial | Done |
| ----- | ---- |
| kills | 3    |
| gone  | 2    |
| a\\|b  | 1    |

<!-- end of trials -->

After it.
`;

test("a trial that was tried again has its new row, and others keep theirs, in their order", () => {
  const written = withTrials(
    page,
    [["silence", "9 clients", "none failed", "passed", "today"]],
    ["silence", "a|b", "kills"],
  );
  const trials = written.split("\n").flatMap((line) => /^\| ([^-].*?) +\|/.exec(line)?.[1] ?? []);
  expect(trials).toEqual(["Trial", "silence", "a\\|b", "kills"]);
  expect(written).toContain("| silence | 9 clients | none failed | passed | today          |");
  expect(written).toMatch(/^# Reliability\n[^]*\nAfter it\.\n$/);
  expect(withTrials(written, [], ["silence", "a|b", "kills"])).toBe(written);
});

test("a page without the markers is refused, with what to do", () => {
  expect(() => withTrials("# Reliability\n", [], [])).toThrow("Put both where the table belongs.");
});

test("docs/reference/reliability.md has a place for the table", () => {
  const text = readFileSync(reliabilityPage, "utf8");
  expect(withTrials(text, [["one"]], ["one"])).toContain("| one   |");
});
