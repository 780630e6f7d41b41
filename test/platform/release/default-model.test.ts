import { writeFile } from "node:fs/promises";
import { defaultModel, sampleModel } from "../../../platform/release/default-model";
import { useTemporaryFolder } from "../base/temporary-folder";

const folder = useTemporaryFolder();

test("where no model is named, it is that of the stack that trains, by the settings that the bootstrap has written", async () => {
  await writeFile(folder("Pulumi.qa.yaml"), "config:\n  mlops:scoring: containers\n  mlops:model: churn\n");
  await writeFile(folder("Pulumi.prod.yaml"), "config:\n  mlops:model: other\n");
  expect(defaultModel({}, folder())).toBe("churn");
});

test("the stack that trains is the first of the environments, whatever they are called", async () => {
  const environments = folder("environments.yml");
  await writeFile(environments, "variables: { testEnvironments: 'dev,test', productionEnvironment: live }\n");
  await writeFile(folder("Pulumi.dev.yaml"), "config: { mlops:model: churn }\n");
  expect(defaultModel({ MLOPS_ENVIRONMENTS: environments }, folder())).toBe("churn");
});

test.each([
  ["a file without the setting", "config:\n  mlops:scoring: containers\n"],
  ["a file without settings", "encryptedkey: abc\n"],
  ["an empty file", ""],
  ["no file", undefined],
])("%s means the sample, as it does for the stack", async (_, text) => {
  if (text !== undefined) await writeFile(folder("Pulumi.qa.yaml"), text);
  expect(defaultModel({}, folder())).toBe(sampleModel);
});

test("a place without such a file says it by a variable, which comes first", async () => {
  await writeFile(folder("Pulumi.qa.yaml"), "config: { mlops:model: churn }\n");
  expect(defaultModel({ MLOPS_DEFAULT_MODEL: "titanic" }, folder())).toBe("titanic");
});

test.each([
  ["config: { mlops:model: 7 }", {}, /^mlops:model in Pulumi\.qa\.yaml is 7\. Expected a model's name/],
  ["config: { mlops:model: Churn }", {}, /is "Churn"\./],
  ["config: [", {}, /^Pulumi\.qa\.yaml cannot be read/],
  ["", { MLOPS_DEFAULT_MODEL: "" }, /^MLOPS_DEFAULT_MODEL is ""\./],
])("%j with %j is refused in words", async (text, env, message) => {
  await writeFile(folder("Pulumi.qa.yaml"), text);
  expect(() => defaultModel(env, folder())).toThrow(message);
});
