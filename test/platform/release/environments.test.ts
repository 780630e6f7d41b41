import { readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import {
  environmentsBefore,
  parseEnvironments,
  readEnvironments,
} from "../../../platform/release/environments";
import { useTemporaryFolder } from "../base/temporary-folder";

const yaml = (testing: string, production: string): string =>
  `variables:\n  testEnvironments: ${testing}\n  productionEnvironment: ${production}\n`;
const three = parseEnvironments(yaml("dev,test", "live"), "environments.yml");

test("the first environment trains, those before the last test, and the last is production", () => {
  expect(three).toEqual({
    testing: ["dev", "test"],
    training: "dev",
    production: "live",
    names: ["dev", "test", "live"],
  });
});

test("a release needs those before: none for the first, all for production", () => {
  expect(three.names.map((name) => environmentsBefore(three, name))).toEqual([[], ["dev"], ["dev", "test"]]);
  expect(() => environmentsBefore(three, "prod")).toThrow(
    'There is no environment "prod". Expected one of dev, test, live.',
  );
});

test.each([
  ["one letter", "a", "b"],
  ["twenty characters", "a2345678901234567890", "b-2345678901234567-c"],
  ["a digit last", "qa1", "qa2"],
])("names may be %s", (_what, testing, production) => {
  expect(parseEnvironments(yaml(testing, production), "e.yml").names).toEqual([testing, production]);
});

test.each([
  ["nothing that tests", yaml('""', "prod"), 'testEnvironments has the name "". Expected 1 to 20'],
  ["an upper-case letter", yaml("QA", "prod"), 'testEnvironments has the name "QA". Expected 1 to 20'],
  ["21 characters", yaml("qa", "p23456789012345678901"), "productionEnvironment has the name"],
  ["a dash last", yaml("qa-", "prod"), 'has the name "qa-"'],
  ["a space behind a comma", yaml("dev, test", "live"), 'has the name " test"'],
  ["one twice", yaml("qa,qa", "prod"), '"qa" is named twice'],
  ["production among those that test", yaml("qa,prod", "prod"), '"prod" is named twice'],
  ["a name that pipelines use", yaml("preview", "prod"), '"preview", which pipelines use otherwise'],
  ["an identity's name", yaml("qa,live-release", "live"), '"live-release", as an identity of live is called'],
  ["that of one for previews", yaml("qa,qa-preview", "live"), '"qa-preview", as an identity of qa is called'],
  ["no production", "variables:\n  testEnvironments: qa\n", "variables.productionEnvironment"],
  ["another key", `${yaml("qa", "prod")}  more: x\n`, "more"],
  ["no mapping", "[qa, prod]", "the file"],
  ["no YAML", "variables: [", "It is not YAML"],
])("a file with %s is refused", (_what, text, message) => {
  expect(() => parseEnvironments(text, "environments.yml")).toThrow(
    expect.objectContaining({ code: "SETTINGS_INVALID", message: expect.stringContaining(message) }) as Error,
  );
});

test("all faults come in one message", () => {
  expect(() => parseEnvironments(yaml("Qa,infra", "infra"), "environments.yml")).toThrow(
    /^environments\.yml does not name the environments\. Correct:\n {2}- .*"Qa".*\n {2}- .*"infra".*\n {2}- .*"infra"/,
  );
});

describe("the file", () => {
  const folder = useTemporaryFolder();

  test("is that of the repository, or the one that MLOPS_ENVIRONMENTS names", async () => {
    const own = path.join(__dirname, "../../../environments.yml");
    expect(readEnvironments({})).toEqual(parseEnvironments(readFileSync(own, "utf8"), own));
    await writeFile(
      folder("mine.yml"),
      (await readFile(own, "utf8")).replace(/(?<=testEnvironments: ).*/, "dev,test"),
    );
    expect(readEnvironments({ MLOPS_ENVIRONMENTS: folder("mine.yml") }).testing).toEqual(["dev", "test"]);
    expect(() => readEnvironments({ MLOPS_ENVIRONMENTS: folder("none.yml") })).toThrow(
      /cannot be read: ENOENT.*correct MLOPS_ENVIRONMENTS/,
    );
  });
});
