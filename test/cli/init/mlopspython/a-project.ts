import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

/** Files of a project in the form of MLOpsPython, shortened to what is read of them. */
const projectFiles = {
  ".pipelines/diabetes_regression-variables-template.yml": `
variables:
  - name: AML_COMPUTE_CLUSTER_CPU_SKU
    value: STANDARD_D4S_V3
  - name: AML_CLUSTER_MAX_NODES
    value: 4
  - name: AML_CLUSTER_PRIORITY
    value: lowpriority
  - name: RUN_EVALUATION
    value: "false"
  - name: DATASET_NAME
    value: diabetes_ds
  - name: DB_CLUSTER_ID
    value: ""
  - group: secrets
`,
  ".env": `
SUBSCRIPTION_ID = '12345678-1234-1234-1234-123456789012'
LOCATION = "West US 2"
SP_APP_SECRET = 'do-not-show'
AML_CLUSTER_MAX_NODES = '99'
OUR_OWN = 'x'
`,
  "diabetes_regression/parameters.json": '{ "training": { "alpha": 0.4, "solver": "svd" }, "scoring": {} }',
  "diabetes_regression/scoring/deployment_config_aci.yml":
    "computeType: ACI\ncontainerResourceRequirements:\n  cpu: 1\n  memoryInGB: 4\n",
  "diabetes_regression/scoring/deployment_config_aks.yml":
    "computeType: AKS\nautoScaler:\n  minReplicas: 2\n  maxReplicas: 200\ncontainerResourceRequirements:\n  cpu: 0.5\n",
  "diabetes_regression/training/train.py": `
from sklearn.linear_model import Ridge
from sklearn.model_selection import train_test_split

def split_data(df):
    X = df.drop('Y', axis=1).values
    y = df['Y'].values
    return train_test_split(X, y, test_size=0.25, random_state=0)

def main():
    data_file = os.path.join("data", 'measurements.csv')
`,
  "data/measurements.csv": `A,B,Y\n${Array.from(
    { length: 40 },
    (_, row) =>
      `${(row * 5) % 17},${(row * 7) % 11},${3 * ((row * 5) % 17) - 2 * ((row * 7) % 11) + ((row * row) % 5) / 10}`,
  ).join("\n")}\n`,
  "charts/abtest-istio/values.yaml": "weight: 50\n",
  ".git/config": "",
};

/** Writes a project's files below `folder`; a file that is undefined is left out. */
export async function writeProject(
  folder: string,
  changes: Readonly<Record<string, string | undefined>> = {},
): Promise<string> {
  for (const [name, content] of Object.entries({ ...projectFiles, ...changes })) {
    if (content === undefined) continue;
    const file = path.join(folder, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, content);
  }
  return folder;
}
