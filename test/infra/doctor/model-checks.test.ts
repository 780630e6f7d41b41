import { checkModel, modelFindings } from "../../../infra/doctor/model-checks";

const stack = { stack: "qa", training: "qa" };

test("a stack's model is one of the repository, and the one that pipelines mean", () => {
  const found = checkModel({ ...stack, model: "churn" }, { known: ["churn", "diabetes"], meant: "churn" });
  expect(found).toEqual({ check: "model", status: "ok", says: "churn, as in the pipelines" });
});

test("a stack for a model that the repository has not is told so before anything is built", () => {
  const found = checkModel({ ...stack, model: "churn" }, { known: ["diabetes"], meant: "churn" });
  expect(found).toMatchObject({
    status: "failed",
    says: "models/ has no churn, which the stack is to have, only diabetes",
    mend: expect.stringContaining("npm run mlops -- init churn --from <file>"),
  });
});

test("a stack of another model than the one that trains is found: its pipelines would release that", () => {
  const found = checkModel(
    { stack: "prod", training: "qa", model: "diabetes" },
    { known: ["churn", "diabetes"], meant: "churn" },
  );
  expect(found).toMatchObject({
    status: "failed",
    says: "the stack has diabetes, and pipelines and commands here work on churn, as qa does",
    mend: "pulumi config set --stack prod mlops:model churn",
  });
});

test("both are looked up in the repository", async () => {
  expect(await modelFindings({ environment: "qa", model: "diabetes" })).toMatchObject([{ status: "ok" }]);
  expect(await modelFindings({ environment: "qa", model: "titanic" })).toMatchObject([{ status: "failed" }]);
});
