import { findCounterparts } from "../../../../cli/init/mlopspython/counterparts";
import { settings } from "../../../../infra/config/config-settings";

const counterparts = (variables: Record<string, string>) =>
  findCounterparts({ variables, containers: {}, kubernetes: {} });

test.each([
  ["AML_COMPUTE_CLUSTER_CPU_SKU", "STANDARD_DS2_V2", "computeVmSize", "Standard_DS2_v2"],
  ["AML_COMPUTE_CLUSTER_CPU_SKU", "standard_d4s_v3", "computeVmSize", "Standard_D4s_v3"],
  ["AML_COMPUTE_CLUSTER_CPU_SKU", "Standard_NC24rs_v3", "computeVmSize", "Standard_NC24rs_v3"],
  ["AML_CLUSTER_MIN_NODES", "0", "computeMinNodes", "0"],
  ["AML_CLUSTER_MAX_NODES", "4", "computeMaxNodes", "4"],
  ["AML_CLUSTER_PRIORITY", "lowpriority", "computePriority", "low"],
  ["AML_CLUSTER_PRIORITY", "dedicated", "computePriority", "dedicated"],
  ["RUN_EVALUATION", "False", "evaluation", "off"],
  ["ALLOW_RUN_CANCEL", "true", "onNoPromotion", "cancel"],
])("%s %s is the setting %s %s, which a stack takes", (name, value, key, expected) => {
  expect(counterparts({ [name]: value })).toEqual([
    { name, value, setting: { key, value: expected, stacks: "all" } },
  ]);
  expect(settings[key as keyof typeof settings].schema.safeParse(expected).success).toBe(true);
});

test("values of the deployment files are settings of the stacks that serve in that way", () => {
  const found = findCounterparts({
    variables: {},
    containers: { "containerResourceRequirements.cpu": "2", "containerResourceRequirements.memoryInGB": "4" },
    kubernetes: {
      "autoScaler.minReplicas": "2",
      "autoScaler.maxReplicas": "5",
      "autoScaler.targetUtilization": "70",
    },
  });
  expect(found.map(({ setting }) => setting)).toEqual([
    { key: "containerCpu", value: "2", stacks: "testing" },
    { key: "containerMemoryGiB", value: "4", stacks: "testing" },
    { key: "minReplicas", value: "2", stacks: "production" },
    { key: "maxReplicas", value: "5", stacks: "production" },
    { key: "targetCpuPercent", value: "70", stacks: "production" },
  ]);
  for (const { setting } of found) {
    const { key, value } = setting ?? { key: "", value: "" };
    expect(settings[key as keyof typeof settings].schema.safeParse(value).success).toBe(true);
  }
});

test.each([
  ["AML_CLUSTER_MAX_NODES", "1000", /computeMaxNodes has no such value/],
  ["AML_CLUSTER_MAX_NODES", "many", /computeMaxNodes has no such value/],
  ["AML_CLUSTER_PRIORITY", "spot", /computePriority has no such value/],
  ["AML_COMPUTE_CLUSTER_CPU_SKU", "big", /computeVmSize has no such value/],
  ["AML_CLUSTER_MAX_NODES_SCORING", "4", /score a file/],
  ["DATASET_VERSION", "latest", /digest of its content/],
  ["TRAIN_SCRIPT_PATH", "training/train_aml.py", /only train.py can be yours/],
  ["OUR_OWN", "x", /a variable of your own/],
])("%s %s is no setting, and a note says why", (name, value, note) => {
  expect(counterparts({ [name]: value })).toEqual([{ name, value, note: expect.stringMatching(note) }]);
});

test("no secret is shown, and what was never filled in is left out", () => {
  const found = counterparts({
    SP_APP_SECRET: "hunter2",
    SCORING_DATASTORE_ACCESS_KEY: "k",
    DB_CLUSTER_ID: "",
  });
  expect(found.map(({ name, value }) => [name, value])).toEqual([
    ["SP_APP_SECRET", "(a secret)"],
    ["SCORING_DATASTORE_ACCESS_KEY", "(a secret)"],
  ]);
  expect(JSON.stringify(found)).not.toContain("hunter2");
});
