import {
  checkName,
  checkKubernetes,
  checkProviders,
  checkRoles,
  checkSubscription,
} from "../../../../infra/doctor/access-checks";
import { describeFindings, failed, ok } from "../../../../infra/doctor/finding";
import { checkQuotas, vmNeeds, type VmNeed } from "../../../../infra/doctor/quota-checks";
import { checkTool, toolsFor } from "../../../../infra/doctor/tool-checks";
import { parseConfig } from "../../../../infra/config/config";

test("a subscription that is enabled will do, another will not", () => {
  const subscription = { id: "1", name: "Research", state: "Enabled" };
  expect(checkSubscription(subscription)).toEqual(ok("subscription", "Research (1)"));
  const disabled = checkSubscription({ ...subscription, state: "Disabled" });
  expect(disabled).toMatchObject({ status: "failed", mend: expect.stringContaining("az account set") });
});

const ids = {
  owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  rbac: "f58310d9-a9f6-439a-9e8d-f62e7b41a168",
  policy: "36243c78-bf99-498c-9df9-86d9f8d28608",
  reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
};

test.each([
  ["Owner alone", [ids.owner], true, []],
  ["the three", [ids.contributor, ids.rbac, ids.policy], true, []],
  ["two, without Azure Policy", [ids.contributor, ids.rbac], false, []],
  ["two, with Azure Policy", [ids.contributor, ids.rbac], true, ["Resource Policy Contributor"]],
  ["Contributor", [ids.contributor], false, ["Role Based Access Control Administrator"]],
  ["Reader", [ids.reader], false, ["Contributor", "Role Based Access Control Administrator"]],
])("roles: %s", (_name, roles, policyAssignments, missing) => {
  const roleIds = roles.map(
    (id) => `/subscriptions/1/providers/Microsoft.Authorization/roleDefinitions/${id}`,
  );
  const findings = checkRoles({ roleIds, objectId: "me", subscriptionId: "1", policyAssignments });
  const faults = findings.filter(({ status }) => status === "failed");
  expect(faults.map(({ check }) => check)).toEqual(missing.map((name) => `role ${name}`));
  for (const [index, { mend }] of faults.entries())
    expect(mend).toBe(
      `az role assignment create --assignee-object-id me --role "${missing[index]}" --scope /subscriptions/1`,
    );
});

test("providers that are not registered are named with the commands that register them", () => {
  const wanted = ["Microsoft.Storage", "Microsoft.Logic"];
  expect(checkProviders(["microsoft.storage", "Microsoft.Logic"], wanted).status).toBe("ok");
  expect(checkProviders(["Microsoft.Storage"], wanted)).toEqual(
    failed(
      "resource providers",
      "Microsoft.Logic is not registered",
      "az provider register --wait --namespace Microsoft.Logic",
    ),
  );
});

test.each([
  [{ available: true, ours: false }, "ok", "is free"],
  [{ available: false, ours: true }, "ok", "npm run bootstrap"],
  [{ available: false, ours: false, message: "Taken." }, "failed", "is taken: Taken."],
])("a name: %j", (state, status, says) => {
  const finding = checkName({ kind: "state vault", name: "v", ...state });
  expect(finding.status).toBe(status);
  expect(finding.says).toContain(says);
});

const settings = {
  "azure-native:location": "westeurope",
  "mlops:owner": "team-risk",
  "mlops:costCentre": "1",
  "mlops:alertEmail": "a@example.com",
  "mlops:monthlyBudget": "1",
  "mlops:scoring": "containers",
};

test("a stack needs cores for what it may grow to", () => {
  expect(vmNeeds(parseConfig("qa", settings))).toEqual([
    { what: "training", vmSize: "Standard_DS3_v2", nodes: 2, quota: "machine-learning-low" },
  ]);
  expect(vmNeeds(parseConfig("qa", { ...settings, "mlops:compute": "false" }))).toEqual([]);
  const prod = {
    ...settings,
    "mlops:scoring": "kubernetes",
    "mlops:computePriority": "dedicated",
    "mlops:gpuVmSize": "Standard_NC6s_v3",
    "mlops:scoringGpuVmSize": "Standard_NC6s_v3",
  };
  expect(vmNeeds(parseConfig("prod", prod)).map(({ what, nodes, quota }) => [what, nodes, quota])).toEqual([
    ["training", 2, "machine-learning"],
    ["GPU training", 2, "machine-learning"],
    // One in each of three zones, and as many again.
    ["system pool", 6, "compute"],
    ["scoring pool", 10, "compute"],
    ["GPU pool", 3, "compute"],
  ]);
});

const need: VmNeed = { what: "training", vmSize: "Standard_DS3_v2", nodes: 2, quota: "machine-learning" };
const sku = { name: "Standard_DS3_v2", family: "standardDSv2Family", cores: 4 };
const usages = [
  { name: "Total Cluster LowPriority Regional vCPUs", used: 0, limit: 7 },
  { name: "Standard DSv2 Family Cluster Dedicated vCPUs", used: 92, limit: 100 },
];
const region = { location: "westeurope", skus: [sku], compute: [], machineLearning: usages };

test.each([
  ["dedicated, just enough", need, "ok", "2 × Standard_DS3_v2 = 8 cores; 8 of 100 are free"],
  ["dedicated, one node too many", { ...need, nodes: 3 }, "failed", "= 12 cores; 8 of 100 are free"],
  [
    "low priority has a quota of its own",
    { ...need, quota: "machine-learning-low" as const },
    "failed",
    "7 of 7",
  ],
  [
    "a size that there is not",
    { ...need, vmSize: "Standard_X1" },
    "failed",
    "Standard_X1 is not available in westeurope",
  ],
])("quota: %s", (_name, wanted, status, says) => {
  const [finding, ...others] = checkQuotas([wanted], region);
  expect(others).toEqual([]);
  expect(finding?.status).toBe(status);
  expect(finding?.says).toContain(says);
});

test("a size that the subscription may not have is named, and so is a quota that nobody lists", () => {
  const restricted = { ...region, skus: [{ ...sku, restriction: "NotAvailableForSubscription" }] };
  expect(checkQuotas([need], restricted)).toMatchObject([
    { status: "failed", says: expect.stringContaining("NotAvailableForSubscription") },
  ]);
  expect(checkQuotas([need], { ...region, machineLearning: [] })).toMatchObject([
    { status: "unknown", mend: expect.stringContaining("Quotas, Machine learning") },
  ]);
});

describe("pools of one family draw on one quota, and all of them on the region's", () => {
  const pool = (what: string, nodes: number): VmNeed => ({ what, vmSize: sku.name, nodes, quota: "compute" });
  const pools = [pool("system pool", 6), pool("scoring pool", 10)];
  const found = (family: number, total: number) =>
    checkQuotas(pools, {
      ...region,
      compute: [
        { name: "cores", used: 10, limit: total },
        { name: "standardDSv2Family", used: 0, limit: family },
      ],
    }).map(({ check, status, says }) => [check, status, says]);

  test("each alone would fit, both do not", () => {
    const says =
      "6 × Standard_DS3_v2 + 10 × Standard_DS3_v2 = 64 cores; 63 of 63 are free (standardDSv2Family)";
    expect(found(63, 100)[0]).toEqual(["quota for system pool, scoring pool", "failed", says]);
    expect(found(64, 100)[0]?.[1]).toBe("ok");
  });

  test("the region's may be too small where each family's is not", () => {
    expect(found(100, 73)[1]).toEqual([
      "quota of westeurope for all of system pool, scoring pool",
      "failed",
      "6 × Standard_DS3_v2 + 10 × Standard_DS3_v2 = 64 cores; 63 of 73 are free (cores)",
    ]);
    expect(found(100, 74)[1]?.[1]).toBe("ok");
  });
});

const versions = { pulumi: "3.270.0", node: ">=20.19" };

const image = `registry.example/mlops-training@sha256:${"0".repeat(64)}`;

test.each<[string, Record<string, string>, string[]]>([
  ["containers", {}, ["docker"]],
  ["a cluster", { "mlops:scoring": "kubernetes" }, ["docker", "kubelogin"]],
  ["an image that a build has pushed", { "mlops:trainingImage": image }, []],
  [
    "that, and a package to serve",
    { "mlops:trainingImage": image, "mlops:scoringPackage": "package" },
    ["docker"],
  ],
])("of %s an update needs: %j", (_, changes, more) => {
  const config = parseConfig("qa", { ...settings, ...changes });
  expect(toolsFor(config, versions).map(({ name }) => name)).toEqual(["node", "az", "pulumi", ...more]);
});

test.each([
  [{ dashboard: "show" as const }, ["docker"]],
  [{ page: "public" as const }, ["docker"]],
  [{ dashboard: "show" as const, dashboardImage: image }, []],
])("a web app needs Docker unless its image is named: %j", (change, more) => {
  const config = { ...parseConfig("qa", { ...settings, "mlops:trainingImage": image }), ...change };
  expect(toolsFor(config, versions).map(({ name }) => name)).toEqual(["node", "az", "pulumi", ...more]);
});

test.each([
  ["node", 0, "v24.1.0", "ok", "24.1.0"],
  ["node", 0, "v20.18.9", "failed", "older than 20.19"],
  ["az", 0, '{\n  "azure-cli": "2.75.0",\n  "azure-cli-core": "2.75.0"\n}', "ok", "2.75.0"],
  ["az", 127, "az: spawn az ENOENT", "failed", "az is not installed"],
  ["pulumi", 0, "v3.250.0", "ok", "3.250.0"],
  ["pulumi", 0, "v3.100.0", "failed", "older than 3.220"],
  ["docker", 0, "28.3.2", "ok", "28.3.2"],
  ["docker", 1, "Cannot connect to the Docker daemon", "failed", "Cannot connect"],
  ["kubelogin", 0, "kubelogin version\ngit hash: v0.2.9/abc", "ok", "0.2.9"],
])("tool %s: exit %i, %j", (name, code, output, status, says) => {
  const config = parseConfig("prod", { ...settings, "mlops:scoring": "kubernetes" });
  const tool = toolsFor(config, versions).find((each) => each.name === name);
  expect(tool).toBeDefined();
  const finding = tool && checkTool(tool, { code, output });
  expect(finding?.status).toBe(status);
  expect(finding?.says).toContain(says);
  expect(finding?.mend === undefined).toBe(status === "ok");
});

test("findings are shown with what mends them", () => {
  expect(describeFindings([ok("a", "good")])).toBe("✔ a  good\n\nNo problems found.");
  expect(describeFindings([ok("a", "good"), failed("bb", "bad", "mend it")])).toBe(
    "✔ a   good\n✖ bb  bad\n      → mend it\n\n1 problem to fix.",
  );
});

describe("the version of Kubernetes", () => {
  const supported = ["1.36", "1.35", "1.37"];
  const check = (wanted: string, versions: readonly string[] = supported) =>
    checkKubernetes({ wanted, supported: versions, environment: "prod" });

  test.each(["1.36", "1.37.2"])("%s is supported", (wanted) => {
    expect(check(wanted).status).toBe("ok");
  });

  test.each(["1.34", "1.38", "1.3"])("%s is not, and another is offered", (wanted) => {
    expect(check(wanted)).toEqual({
      check: "Kubernetes",
      status: "failed",
      says: `AKS does not support ${wanted} in this region; supported: 1.37, 1.36, 1.35`,
      mend: "pulumi config set --stack prod mlops:kubernetesVersion 1.36",
    });
  });

  test("has a remedy also where there is one version, or none", () => {
    expect(check("1.30", ["1.31"]).mend).toMatch(/ 1\.31$/);
    expect(check("1.30", []).says).toBe("AKS does not support 1.30 in this region; supported: none");
  });
});
