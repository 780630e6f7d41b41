import { linesWith, rooms, sourceFiles } from "./sources";

/**
 * An environment's stack is updated and destroyed by `npm run infra:up` and `infra:destroy`: Pulumi alone makes no API keys and no certificate,
 * and leaves what serves, which has a stack of its own. That one alone may be named.
 */
const byPulumiAlone = /\bpulumi (up|destroy)\b(?! --cwd infra\/serving\b)/;

/** What a user reads: pages, but for records of decisions and changes, and what programs and pipelines say. */
const pages = sourceFiles(["docs", "README.md", "CONTRIBUTING.md", "SECURITY.md"], (file) =>
  /(?<!^docs\/decisions\/.*)\.md$/.test(file),
);
const texts = sourceFiles(rooms, (file) => /\.(ts|ya?ml)$|Jenkinsfile$/.test(file));

test("nobody is told to update or destroy an environment by Pulumi alone", () => {
  expect([pages.length, texts.length].every((count) => count > 30)).toBe(true);
  expect(linesWith(byPulumiAlone, [...pages, ...texts])).toEqual([]);
});

test.each([
  ["Run `pulumi up --stack qa`.", true],
  ["then `pulumi up`", true],
  ["pulumi destroy --stack qa", true],
  ["npm run infra:up -- --stack qa", false],
  ["pulumi up --cwd infra/serving --stack prod", false],
  ["pulumi config set --stack qa mlops:model churn", false],
  ["the pulumi update", false],
])("%j tells it: %s", (text, tells) => {
  expect(byPulumiAlone.test(text)).toBe(tells);
});
