import { readEnvironments } from "../../platform/release/environments";
import { linesWith, sourceFiles } from "./sources";

const names = readEnvironments({}).names.join("|");
/** A name in quotes or by itself as a value, or what is made of one; and the first one's as people say it, whatever it is called. */
const named = new RegExp(
  `["'\`](${names})["'\`]|\\bmlops-(${names})\\b|: (${names})$|\\[(${names})[\\],]|, (${names})\\]|\\bQA\\b|[a-z]Qa\\b|Qa[A-Z]|\\bqa[A-Z]`,
);
/** What is only said: comments, but for those that end a line of code. */
const comment = /^\s*(\/?\*|\/\/).*|\/\/.*|^\s*#.*/;
/** The one place; and Travis, which cannot loop: test/pipelines/behaviour/other-ci.test.ts compares it. */
const allowed = ["environments.yml", "pipelines/travis.yml"];

test("no source names an environment: environments.yml alone does", () => {
  const files = sourceFiles(undefined, (file) => /\.(ts|js|ya?ml)$|Jenkinsfile$/.test(file)).filter(
    (file) => !allowed.includes(file),
  );
  const found = linesWith(named, files, (line) => line.replace(comment, ""));
  expect(files.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test.each([
  'status("qa", name)',
  "connection: mlops-prod",
  "values: [qa, prod]",
  "value: qa",
  'comparedWith: "QA"',
  "run.qaSample",
  "fromQa",
])("%s would be found", (line) => {
  expect(named.test(line)).toBe(true);
});
