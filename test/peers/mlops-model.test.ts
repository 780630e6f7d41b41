import path from "node:path";
import { repository } from "../../build/repository";
import { openEnvironment } from "../../training/program/python/environment";
import { describeUnless } from "./python-tools";
import { execute, skipReason } from "./trainer-python";

const folder = path.join(__dirname, "python");

describeUnless(skipReason, "mlops_model, which init puts beside a program", () => {
  test(
    "saves models of LightGBM, XGBoost and scikit-learn so that onnxruntime predicts what they do",
    async () => {
      const { interpreter, variables } = await openEnvironment({
        directory: folder,
        requirements: "requirements.txt",
        environments: path.join(repository, ".venv/trainers"),
      });
      const { code, output } = await execute(interpreter, ["mlops_model_test.py"], {
        cwd: folder,
        variables: { ...variables, PYTHONPATH: path.join(repository, "cli/init/python") },
      });
      expect(output).toMatch(/\nRan 1\d tests in [\d.]+s\n\nOK\n/);
      expect(code).toBe(0);
    },
    30 * 60_000,
  );
});
