import { requireModel, requireModelOf } from "../../../infra/bootstrap/stack-models";

const both = (qa: string, prod = qa) => [
  { stack: "qa", model: qa },
  { stack: "prod", model: prod },
];

test("stacks of one model of the repository are taken", async () => {
  expect(() => requireModel(both("churn"), ["churn", "diabetes"])).not.toThrow();
  await expect(requireModelOf(both("titanic"))).resolves.toBeUndefined();
});

test("a model that the repository has not is refused before anything is made for it", async () => {
  expect(() => requireModel(both("churn"), ["diabetes", "titanic"])).toThrow(
    'The stacks are to have the model "churn", and models/ has only diabetes, titanic. Expected one of these. Make it by `npm run mlops -- init churn --from <file>`',
  );
  await expect(requireModelOf(both("churn"))).rejects.toMatchObject({ code: "USAGE" });
});

test("two models are refused: a release goes from stack to stack", () => {
  expect(() => requireModel(both("churn", "diabetes"), ["churn", "diabetes"])).toThrow(
    "The stacks have different models: qa churn, prod diabetes. Expected one",
  );
});
