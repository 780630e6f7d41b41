import { requireRegistry } from "../../../cli/session/require-registry";

const qa = "azureml://westeurope.api.azureml.ms/mlflow/v1.0/subscriptions/1/workspaces/qa";
const session = { locateRegistry: () => Promise.resolve(qa) };
const require_ = (registered: string): Promise<void> =>
  requireRegistry(session, { version: "diabetes:3", registered });

test.each([
  ["nothing, as when somebody types a version", ""],
  ["the same", qa],
  ["the same in other letters, with a slash at its end", `${qa.replace("westeurope", "WestEurope")}/`],
])("an event that names %s is released", async (_, registered) => {
  await expect(require_(registered)).resolves.toBeUndefined();
});

test("a version of another registry is refused, as its number is another model here", async () => {
  const prod = qa.replace("/qa", "/prod");
  await expect(require_(prod)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining(
      `diabetes:3 was registered in ${prod}, but versions are taken from ${qa}`,
    ),
  });
});

test("nobody looks where the registry is unless that is asked for", async () => {
  const locateRegistry = jest.fn();
  await requireRegistry({ locateRegistry }, { version: "diabetes:3", registered: " " });
  expect(locateRegistry).not.toHaveBeenCalled();
});
