import { dataToMigrate, planMigration } from "../../../../cli/init/mlopspython/migration";
import { describeMigration } from "../../../../cli/init/mlopspython/describe-migration";
import { readProject } from "../../../../cli/init/mlopspython/project";
import { PlatformError } from "../../../../platform/base/errors";
import { readEnvironments } from "../../../../platform/release/environments";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { writeProject } from "./a-project";

const folder = useTemporaryFolder();
const environments = readEnvironments({});

async function planOf(changes: Record<string, string | undefined> = {}) {
  return planMigration(await readProject(await writeProject(folder("project"), changes)), {
    model: "measured",
    environments,
  });
}

test("ends in the commands that make stacks with the settings that were found", async () => {
  const { commands } = await planOf();
  expect(commands).toEqual([
    "npm run bootstrap -- --subscription 12345678-1234-1234-1234-123456789012 --organisation <name> --project <name> --location westus2 " +
      "--set owner=<team> --set costCentre=<number> --set alertEmail=<address> --set model=measured " +
      "--set computeMaxNodes=4 --set computeVmSize=Standard_D4s_v3 --set computePriority=low --set evaluation=off",
    "pulumi config set --stack qa mlops:containerCpu 1",
    "pulumi config set --stack qa mlops:containerMemoryGiB 4",
    "pulumi config set --stack prod mlops:minReplicas 2",
  ]);
});

test("lists what has no counterpart: parameters, values out of bounds, parts of the project", async () => {
  const text = describeMigration(await planOf());
  expect(text).toContain("mlops:computeVmSize = Standard_D4s_v3");
  expect(text).toMatch(/parameters\.json: training\.alpha\n +In `trainer` of model\.ts/);
  expect(text).toMatch(/parameters\.json: training\.solver\n +Not taken over/);
  expect(text).toMatch(/autoScaler\.maxReplicas\n +The setting maxReplicas has no such value/);
  expect(text).toMatch(/charts\n +A release moves traffic/);
  expect(text).not.toContain("environment_setup");
  expect(text).not.toContain("do-not-show");
});

describe("the data", () => {
  test("is the file that the program reads, unless another is named", async () => {
    const plan = await planOf();
    expect(dataToMigrate("there", plan, undefined)).toBe("there/data/measurements.csv");
    expect(dataToMigrate("there", plan, "mine.parquet")).toBe("mine.parquet");
  });

  test.each([
    [{ "data/measurements.csv": undefined }, /reads measurements\.csv, which is not there/],
    [{ "diabetes_regression/training/train.py": "" }, /names no CSV file/],
  ])("is asked for when it is not there: %j", async (changes, message) => {
    const plan = await planOf(changes);
    const attempt = () => dataToMigrate("there", plan, undefined);
    expect(attempt).toThrow(PlatformError);
    expect(attempt).toThrow(message);
  });
});
