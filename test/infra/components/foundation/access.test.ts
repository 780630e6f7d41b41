import { principals } from "../../../../infra/components/foundation/access-grant";
import { accessTable, containersLike, pathsLike } from "../../../../infra/components/foundation/access-table";
import { scopes } from "../../../../infra/components/foundation/access-scopes";
import { Access } from "../../../../infra/components/foundation/access";
import { roles, type Role } from "../../../../infra/components/foundation/roles";
import { countByType, ofType, registered, subscriptionId } from "../../mocks";

const group = "00000000-0000-4000-8000-00000000000a";
const others = [...principals].filter((name) => name !== "operators");
const everyone = { ...Object.fromEntries(others.map((name) => [name, `${name}-id`])), operators: [group] };
const idOf = (scope: string) =>
  `/subscriptions/${subscriptionId}/resourceGroups/rg/providers/Provider/kinds/${scope}`;
const ids = (names: readonly string[]) => Object.fromEntries(names.map((name) => [name, idOf(name)]));
const later = [
  "workspace",
  "cluster",
  "containerGroups",
  "groupPullIdentity",
  "groupScoringIdentity",
  "groupSubnet",
];
const first = scopes.filter((scope) => !later.includes(scope));

describe("the table of who may do what", () => {
  test("gives Owner, Contributor or another role over a whole resource to the workspace only", () => {
    const broad: readonly Role[] = ["Contributor", "Key Vault Contributor", "Key Vault Administrator"];
    const given = accessTable.filter(({ role }) => broad.includes(role));
    expect(given.map(({ who, role, on }) => `${who}: ${role} on ${on}`)).toEqual([
      "workspace: Contributor on storage",
      "workspace: Key Vault Contributor on vault",
      "workspace: Key Vault Administrator on vault",
      "workspace: Contributor on registry",
      "workspace: Contributor on insights",
      "workspace: Contributor on workspace",
    ]);
    expect(Object.keys(roles).filter((role) => /^(Owner|User Access|Role Based)/.test(role))).toEqual([]);
  });

  test("has a reason in each line, no line twice, and no role, principal or scope that is not used", () => {
    expect(accessTable.filter(({ why }) => why.length < 15)).toEqual([]);
    expect(new Set(accessTable.map(({ who, role, on }) => `${who} ${role} ${on}`)).size).toBe(
      accessTable.length,
    );
    expect([...new Set(accessTable.map(({ role }) => role))].sort()).toEqual(Object.keys(roles).sort());
    expect([...new Set(accessTable.map(({ who }) => who))].sort()).toEqual([...principals].sort());
    expect([...new Set(accessTable.map(({ on }) => on))].sort()).toEqual([...scopes].sort());
  });

  test("gives on the resource group only what holds for container groups alone", () => {
    const wide = accessTable.filter(({ on }) => on === "containerGroups").map(({ role }) => role);
    expect(new Set(wide)).toEqual(new Set(["Container Instances Contributor"]));
  });

  test("lets a release change what serves and nothing of what it serves on: no vault, storage, identity or role", () => {
    const changing = accessTable
      .filter(({ who, role }) => who === "releasers" && !/Reader|User|Monitoring/.test(role))
      .map(({ role, on }) => `${role} on ${on}`);
    expect(changing.sort()).toEqual([
      "AKS RBAC Cluster Admin on cluster",
      "AcrPush on registry",
      "AzureML Data Scientist on workspace",
      "Container Instances Contributor on containerGroups",
      "Managed Identity Operator on groupPullIdentity",
      "Managed Identity Operator on groupScoringIdentity",
      "Network Contributor on groupSubnet",
      // It adds entries; the policy of the container keeps those that are there.
      "Storage Blob Data Contributor on auditContainer",
      "Storage Blob Data Contributor on historyContainer",
    ]);
  });

  test("lets the scoring service write predictions, and nothing else that is stored", () => {
    const stored = accessTable.filter(({ who, on }) => who === "scoring" && /storage|Container$/.test(on));
    expect(stored.map(({ role, on }) => [role, on])).toEqual([
      ["Storage Blob Data Contributor", "predictionLogContainer"],
    ]);
  });

  test("lets the page, which strangers may be in front of, read and change nothing, and no web app a whole vault", () => {
    const ofVault = accessTable.filter(({ who, on }) => who === "viewers" && on === "vault");
    expect(ofVault).toEqual([]);
    const given = accessTable.filter(({ who }) => who === "page" || who === "askers");
    expect(given.map(({ role, on }) => `${role} on ${on}`)).toEqual([
      "Reader on workspace",
      "Storage Blob Data Reader on storage",
      "Storage Blob Data Reader on historyContainer",
      "Key Vault Secrets User on scoringKey",
      "Key Vault Reader on servingCertificate",
    ]);
  });

  test("keeps a job's right to write to the whole account to the workspace's own containers", () => {
    const wide = accessTable.filter(({ who, on }) => who === "training" && on === "storage");
    expect(wide.map(({ containersLike: prefix }) => prefix)).toEqual(["azureml"]);
    const condition = containersLike("azureml");
    expect(condition.split("!(ActionMatches").length - 1).toBe(5);
    expect(condition).toMatch(
      /OR \(@Resource\[Microsoft\.Storage\/storageAccounts\/blobServices\/containers:name\] StringStartsWith 'azureml'\)\)$/,
    );
    expect(condition.split("(").length).toBe(condition.split(")").length);
  });

  test("keeps people's right in the container of models to the data beside them", () => {
    const ofModels = accessTable.filter(({ who, on }) => who === "operators" && on === "modelsContainer");
    expect(ofModels.map(({ pathsLike: prefix }) => prefix)).toEqual(["data-versions/"]);
    const condition = pathsLike("data-versions/");
    expect(condition.split("!(ActionMatches").length - 1).toBe(5);
    expect(condition).toMatch(/OR \(@Resource\[\S+blobs:path\] StringStartsWith 'data-versions\/'\)\)$/);
    expect(condition.split("(").length).toBe(condition.split(")").length);
  });
});

describe("access", () => {
  test("makes each line exactly once over the calls for the foundation, and for what stands on it", async () => {
    const made = await registered(() => {
      new Access("access", { principals: everyone, scopes: ids(first) });
      new Access("use", { principals: everyone, scopes: ids(later) });
    });
    expect(countByType(made)).toEqual({
      "mlops:infra:Access": 2,
      "azure-native:authorization:RoleAssignment": accessTable.length,
    });
    const lines = ofType(made, "authorization:RoleAssignment").map(({ inputs }) =>
      [inputs.principalId, String(inputs.roleDefinitionId).split("/").pop(), inputs.scope].join(" "),
    );
    const expected = accessTable.map(({ who, role, on }) =>
      [who === "operators" ? group : `${who}-id`, roles[role], idOf(on)].join(" "),
    );
    expect(lines.sort()).toEqual(expected.sort());
  });

  test("gives nothing on a resource group or above", async () => {
    const made = await registered(() => {
      new Access("access", { principals: everyone, scopes: ids([...scopes]) });
    });
    for (const { inputs } of ofType(made, "authorization:RoleAssignment")) {
      expect(inputs.scope).toMatch(/^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/.+/);
    }
  });

  test("says what kind a principal is, why it may, and where the role is limited", async () => {
    const made = await registered(() => {
      new Access("access", { principals: everyone, scopes: ids(["storage", "predictionLogContainer"]) });
    });
    const inputsOf = (name: string) => made.find((resource) => resource.name === name)?.inputs;
    expect(inputsOf("access-training-storage-blob-data-contributor-storage")).toEqual({
      scope: idOf("storage"),
      principalId: "training-id",
      principalType: "ServicePrincipal",
      roleDefinitionId: `/subscriptions/${subscriptionId}/providers/Microsoft.Authorization/roleDefinitions/${roles["Storage Blob Data Contributor"]}`,
      description: "jobs store logs and intermediate results in the workspace's own containers",
      condition: containersLike("azureml"),
      conditionVersion: "2.0",
    });
    expect(
      inputsOf(`access-operators-storage-blob-data-reader-prediction-log-container-${group}`),
    ).toMatchObject({ principalId: group, principalType: "Group" });
    const limited = made.filter(({ inputs }) => inputs.condition !== undefined);
    expect(limited.map(({ name }) => name)).toEqual([
      "access-training-storage-blob-data-contributor-storage",
      "access-dashboard-storage-blob-data-reader-storage",
      "access-page-storage-blob-data-reader-storage",
    ]);
  });

  test("gives operators, and identities of pipelines, nothing where there are none", async () => {
    const made = await registered(() => {
      const { deployers, releasers, watchers, ...own } = {
        ...{ deployers: "", releasers: "", watchers: "" },
        ...everyone,
      };
      void [deployers, releasers, watchers];
      new Access("use", { principals: { ...own, operators: [] }, scopes: ids(["cluster"]) });
    });
    expect(countByType(made)).toEqual({ "mlops:infra:Access": 1 });
  });

  test("refuses to leave out a line because its principal was forgotten", async () => {
    const build = () => new Access("use", { principals: { release: "id" }, scopes: ids(["workspace"]) });
    let message = "";
    await registered(() => {
      try {
        build();
      } catch (error) {
        message = (error as Error).message;
      }
    });
    expect(message).toBe(
      'use: infra/components/foundation/access-table.ts assigns workspace "Contributor" on workspace, but no object id is given for workspace. Add it to principals.',
    );
  });
});
