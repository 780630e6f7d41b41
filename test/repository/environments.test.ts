import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { readEnvironments } from "../../platform/release/environments";

const root = path.join(__dirname, "..", "..");
const names = readEnvironments({}).names.join("|");
/** A name in quotes or by itself as a value, or what is made of one; and the first one's as people say it, whatever it is called. */
const named = new RegExp(
  `["'\`](${names})["'\`]|\\bmlops-(${names})\\b|: (${names})$|\\[(${names})[\\],]|, (${names})\\]|\\bQA\\b|[a-z]Qa\\b|Qa[A-Z]|\\bqa[A-Z]`,
);
/** What is only said: comments, but for those that end a line of code. */
const comment = /^\s*(\/?\*|\/\/).*|\/\/.*|^\s*#.*/;
/** The one place; and Travis, which cannot loop: test/pipelines/behaviour/other-ci.test.ts compares it. */
const allowed = ["environments.yml", "pipelines/travis.yml"];
const rooms = ["platform", "training", "scoring", "deploy", "cli", "infra", "pipelines", "build", "bench"];

test("no source names an environment: environments.yml alone does", () => {
  const files = execFileSync("git", ["ls-files", "--", ...rooms], { cwd: root, encoding: "utf8" })
    .trim()
    .split("\n")
    .filter((file) => /\.(ts|js|ya?ml)$|Jenkinsfile$/.test(file) && !allowed.includes(file));
  const found = files.flatMap((file) =>
    readFileSync(path.join(root, file), "utf8")
      .split("\n")
      .flatMap((line, index) =>
        named.test(line.replace(comment, "")) ? [`${file}:${index + 1}`] : [],
      ),
  );
  expect(files.length).toBeGreaterThan(100);
  expect(found).toEqual([]);
});

test.each(['status("qa", name)', "connection: mlops-prod", "values: [qa, prod]", "value: qa", 'comparedWith: "QA"', "run.qaSample", "fromQa"])(
  "%s would be found",
  (line) => {
    expect(named.test(line)).toBe(true);
  },
);
