import { mkdir } from "node:fs/promises";
import { readProject } from "../../../../cli/init/mlopspython/project";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { writeProject } from "./a-project";

const folder = useTemporaryFolder();

test("reads variables of pipelines and of .env, parameters, deployments and the program", async () => {
  const project = await readProject(await writeProject(folder("project")));
  expect(project.variables).toEqual({
    SUBSCRIPTION_ID: "12345678-1234-1234-1234-123456789012",
    LOCATION: "West US 2",
    SP_APP_SECRET: "do-not-show",
    OUR_OWN: "x",
    AML_COMPUTE_CLUSTER_CPU_SKU: "STANDARD_D4S_V3",
    // What the pipelines say goes before what a person had on one machine.
    AML_CLUSTER_MAX_NODES: "4",
    AML_CLUSTER_PRIORITY: "lowpriority",
    RUN_EVALUATION: "false",
    DATASET_NAME: "diabetes_ds",
    DB_CLUSTER_ID: "",
  });
  expect(project.parameters).toEqual({ alpha: 0.4, solver: "svd" });
  expect(project.containers).toEqual({
    computeType: "ACI",
    "containerResourceRequirements.cpu": "1",
    "containerResourceRequirements.memoryInGB": "4",
  });
  expect(project.kubernetes).toMatchObject({ "autoScaler.maxReplicas": "200" });
  expect(project.trainingProgram).toContain("import Ridge");
  expect(project.files).toContain("data/measurements.csv");
  expect(project.files).not.toContain(".git/config");
});

test("takes variables as a map, too, and .env.example where there is no .env", async () => {
  const project = await readProject(
    await writeProject(folder("map"), {
      ".env": undefined,
      ".env.example": "BASE_NAME = 'churn'\n",
      ".pipelines/diabetes_regression-variables-template.yml": "variables:\n  AML_CLUSTER_MIN_NODES: 0\n",
    }),
  );
  expect(project.variables).toEqual({ BASE_NAME: "churn", AML_CLUSTER_MIN_NODES: "0" });
});

describe("a folder that is no such project", () => {
  test("is refused when it is not there, or has none of the files", async () => {
    await expect(readProject(folder("nowhere"))).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/nowhere is not a folder that can be read \(ENOENT\)/),
    });
    await mkdir(folder("empty"));
    await expect(readProject(folder("empty"))).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringMatching(/empty was not made from MLOpsPython/),
    });
  });

  test.each([
    ["diabetes_regression/parameters.json", "{"],
    ["diabetes_regression/parameters.json", '{ "training": 3 }'],
    [".pipelines/diabetes_regression-variables-template.yml", "steps: []\n"],
    ["diabetes_regression/scoring/deployment_config_aks.yml", "a: [\n"],
  ])("names %s when it holds %j", async (file, content) => {
    await expect(readProject(await writeProject(folder("bad"), { [file]: content }))).rejects.toMatchObject({
      code: "DATA_UNREADABLE",
      message: expect.stringContaining(file),
    });
  });
});
