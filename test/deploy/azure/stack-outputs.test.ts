import { findStackOutputs, readStackOutputs } from "../../../deploy/azure/stack-outputs";

const { signal } = new AbortController();
afterEach(() => delete process.env.MLOPS_STACK_OUTPUTS);

test("a machine without Pulumi has the outputs that it was given", async () => {
  process.env.MLOPS_STACK_OUTPUTS = '{"qa":{"model":"cost"}}';
  expect(await readStackOutputs("qa", signal)).toEqual({ model: "cost" });
});

test.each([
  ['{"qa":{}}', "MLOPS_STACK_OUTPUTS does not have the stack prod. This machine was given qa"],
  ["null", "This machine was given none"],
  ["{", "MLOPS_STACK_OUTPUTS is not JSON"],
])("%s is refused for another stack", async (given, message) => {
  process.env.MLOPS_STACK_OUTPUTS = given;
  await expect(readStackOutputs("prod", signal)).rejects.toThrow(message);
});

test("a stack that the machine was not given may be there all the same", async () => {
  process.env.MLOPS_STACK_OUTPUTS = '{"qa":{"model":"cost"}}';
  expect(await findStackOutputs("qa", signal)).toEqual({ model: "cost" });
  await expect(findStackOutputs("prod", signal)).rejects.toThrow("does not have the stack prod");
});
