import { readTrainingProgram } from "../../../../cli/init/mlopspython/training-program";

const read = (trainingProgram: string, parameters: Record<string, unknown> = {}) =>
  readTrainingProgram({ trainingProgram, parameters });

test("a program that fits scikit-learn's Ridge", () => {
  const text = `
from sklearn.linear_model import Ridge
X = df.drop('Y', axis=1).values
train_test_split(X, y, test_size=0.3, random_state=0)
data_file = os.path.join(data_dir, 'diabetes.csv')`;
  expect(read(text, { alpha: 0.4 })).toMatchObject({
    data: "diabetes.csv",
    target: "Y",
    testFraction: 0.3,
    task: "regression",
    trainer: { trainer: "ridge", settings: { alpha: 0.4, standardize: false } },
    taken: ["alpha"],
  });
  expect(read(text).trainer.settings).toEqual({ alpha: 1, standardize: false });
  expect(read(text, { alpha: "much" }).trainer.settings).toEqual({ alpha: 1, standardize: false });
});

test("one that fits its LogisticRegression", () => {
  const text = `from sklearn.linear_model import LogisticRegression\ndf.drop(columns=["churned"])`;
  expect(read(text, { C: 4 })).toMatchObject({
    target: "churned",
    task: "classification",
    trainer: { trainer: "logistic", settings: { l2: 0.25 } },
  });
  expect(read(text, { C: 0 }).trainer.settings).toEqual({ l2: 1 });
});

test.each(["from lightgbm import LGBMRegressor", ""])("any other (%j) goes on as a program", (text) => {
  const program = read(text, { n_estimators: 100 });
  expect(program.trainer).toEqual({ trainer: "python", library: "sklearn" });
  expect(program.note).toContain("Move the body of train_model");
  expect(program).not.toHaveProperty("target");
  expect(program).not.toHaveProperty("testFraction");
});
