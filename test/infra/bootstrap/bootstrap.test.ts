import { readFileSync } from "node:fs";
import path from "node:path";
import { bootstrap } from "../../../infra/bootstrap/bootstrap";
import { previewedPaths } from "../../../infra/config/pipelines";
import { prodSubscriptionId, subscriptionId, useCloud, type Cloud } from "./cloud";

const cloud = useCloud();

const said = (changes?: Parameters<Cloud["said"]>[0]): Promise<string> => cloud().said(changes);

test("a plan lists everything and changes nothing", async () => {
  const text = await said({ planOnly: true, consent: () => Promise.reject(new Error("asked")) });
  expect(text).toMatch(/\+ create .*storage account mlopsstate\w{12}/);
  expect(text).toMatch(/\+ create .*approval of mlops-prod/);
  expect(text).not.toMatch(/approval of mlops-qa/);
  expect(text).toMatch(/to create, 0 to correct, 0 exist already\.$/m);
  expect(text).toContain("Note: the state and the pipelines' identities are in the subscription of qa,");
  expect(cloud().writes).toEqual([]);
  expect(readFileSync(path.join(cloud().folder, "Pulumi.qa.yaml"), "utf8")).not.toContain("owner");
});

test("without consent nothing is changed", async () => {
  const { done, changed } = await bootstrap(cloud().inputs({ consent: () => Promise.resolve(false) }));
  expect([done, changed, cloud().writes]).toEqual([false, 0, []]);
});

test("a second run changes nothing, and asks nobody", async () => {
  const text = await said();
  const { length } = cloud().writes;
  expect(text).toMatch(/Done: \d+ created or corrected/);
  const again = await said({ consent: () => Promise.reject(new Error("asked")) });
  expect(again).toMatch(/0 to create, 0 to correct, \d+ exist already\./);
  expect(again).toContain("nothing was changed");
  expect(cloud().writes).toHaveLength(length);
});

test("says at the end what to type, in few lines", async () => {
  const text = await said();
  const commands = text.split("Next:")[1]?.match(/^ {2}\S.*$/gm) ?? [];
  const idOf = (pipeline: string) => cloud().devops.pipelines.find(({ name }) => name === pipeline)?.id;
  expect(commands).toEqual([
    '  git add Pulumi.qa.yaml Pulumi.prod.yaml && git commit --message "Configure the stacks" && git push https://dev.azure.com/contoso/_git/shop HEAD:main',
    `  az pipelines run --organization ${cloud().devOpsUrl}/contoso --project "shop" --id ${idOf("mlops-infra")} --parameters stack=prod`,
    `  az pipelines run --organization ${cloud().devOpsUrl}/contoso --project "shop" --id ${idOf("mlops-release")} --parameters modelVersion=<model:version>`,
  ]);
  expect(text).toContain("Run this command again once qa exists");
  cloud().devops.branches = ["main"];
  expect(await said()).toContain("HEAD:mlops-setup");
});

test("once a stack is there, its identity becomes a member that may start releases", async () => {
  await said();
  const id = `/subscriptions/${subscriptionId}/resourceGroups/qa/providers/Microsoft.ManagedIdentity/userAssignedIdentities/mlops-release0123abcd`;
  const properties = { principalId: "release-principal" };
  const tags = { environment: "qa" };
  cloud().arm.resources.set(id.toLowerCase(), { id, name: "mlops-release0123abcd", properties, tags });
  // Production registers nothing.
  const ofProd = {
    name: "mlops-release4567abcd",
    properties: { principalId: "other" },
    tags: { environment: "prod" },
  };
  const prodId = id.replace("0123abcd", "4567abcd").toLowerCase();
  cloud().arm.resources.set(prodId, { id: prodId, ...ofProd });
  const text = await said();
  expect(text).toMatch(/\+ create {3}member mlops-release0123abcd/);
  expect(text).not.toContain("Run this command again");
  expect(cloud().devops.servicePrincipals.map(({ originId }) => originId)).toEqual(["release-principal"]);
  expect(await said()).toContain("nothing was changed");
});

test("the state cannot be read by a key, lost by a delete, or decrypted by who may not", async () => {
  await said();
  const resources = [...cloud().arm.resources];
  const find = (part: RegExp) => resources.find(([id]) => part.test(id))?.[1];
  expect(find(/storageaccounts\/[^/]+$/)?.properties).toMatchObject({
    allowSharedKeyAccess: false,
    allowBlobPublicAccess: false,
    minimumTlsVersion: "TLS1_2",
    supportsHttpsTrafficOnly: true,
  });
  expect(find(/blobservices\/default$/)?.properties).toMatchObject({
    isVersioningEnabled: true,
    deleteRetentionPolicy: { enabled: true, days: 30 },
  });
  expect(find(/containers\/pulumi-state$/)?.properties).toMatchObject({ publicAccess: "None" });
  expect(find(/vaults\/[^/]+$/)?.properties).toMatchObject({
    enableRbacAuthorization: true,
    enablePurgeProtection: true,
  });
  for (const key of [/keys\/pulumi-state-qa$/, /keys\/pulumi-state-prod$/])
    expect(find(key)?.properties).toMatchObject({ kty: "RSA" });
  expect(find(/locks\/keep$/)?.properties).toMatchObject({ level: "CanNotDelete" });
});

test("who previews may only look; who makes production may do so in its own subscription alone; who releases, in none", async () => {
  await said();
  expect(cloud().rolesOf("mlops-qa-preview")).toEqual([
    "12338af0 keys/pulumi-state-qa",
    "2a2b9908 containers/pulumi-state if",
    "acdd72a7 subscriptions/aaaaaaaa-0000-4000-8000-000000000001",
  ]);
  expect(cloud().rolesOf("mlops-prod-preview")).toEqual([
    "12338af0 keys/pulumi-state-prod",
    "2a2b9908 containers/pulumi-state if",
    "acdd72a7 subscriptions/bbbbbbbb-0000-4000-8000-000000000002",
  ]);
  const prod = cloud().rolesOf("mlops-prod");
  expect(prod).toContain(`b24988ac subscriptions/${prodSubscriptionId}`);
  expect(prod).toContain(`f58310d9 subscriptions/${prodSubscriptionId} if`);
  expect(prod).toContain(`ba92f5b4 subscriptions/${prodSubscriptionId} if`);
  expect(prod.filter((role) => role.includes("aaaaaaaa"))).toEqual([]);
  // Where QA is it reads what is released, and changes nothing but the champion's mark: AcrPull, Data Scientist, Blob Data Reader.
  // What it may do in production, production's own stack says.
  const audit = "ba92f5b4 subscriptions/aaaaaaaa-0000-4000-8000-000000000001 if";
  const releases = cloud()
    .rolesOf("mlops-prod-release")
    .filter((role) => role.includes("subscriptions/") && role !== audit);
  expect(releases.map((role) => `${role.slice(0, 8)} ${role.slice(-36, -28)}`)).toEqual([
    "2a2b9908 aaaaaaaa",
    "7f951dda aaaaaaaa",
    "f6c7c914 aaaaaaaa",
  ]);
  expect(cloud().rolesOf("mlops-prod-release")).toContain("ba92f5b4 containers/pulumi-state if");
  const keysOf = (identity: string) =>
    cloud()
      .rolesOf(identity)
      .filter((role) => role.includes(" keys/"));
  expect(keysOf("mlops-prod")).toEqual(["12338af0 keys/pulumi-state-prod"]);
  expect(keysOf("mlops-qa-release")).toEqual(["12338af0 keys/pulumi-state-qa"]);
  // A release reads what an earlier environment's stack says.
  expect(keysOf("mlops-prod-release")).toEqual([
    "12338af0 keys/pulumi-state-prod",
    "12338af0 keys/pulumi-state-qa",
  ]);
  // Under a condition it adds to the audit trail, which the first environment has.
  expect(cloud().rolesOf("mlops-prod-release")).toContain(audit);
  expect(
    cloud()
      .rolesOf("mlops-prod-watch")
      .filter((role) => role.startsWith("ba92f5b4")),
  ).toEqual([audit]);
});

test("who deploys an environment may give the bootstrap's identities roles of its own stack, and the others none", async () => {
  await said();
  const resources = [...cloud().arm.resources];
  const principal = (name: string): string =>
    String(
      resources.find(([id]) => id.endsWith(`/userassignedidentities/${name}`))?.[1].properties?.principalId,
    );
  const condition = resources
    .map(([, { properties }]) => properties)
    .find(
      (each) =>
        each?.principalId === principal("mlops-qa") &&
        String(each?.roleDefinitionId).includes("f58310d9-a9f6"),
    )?.condition;
  const [, others] =
    /:PrincipalId\] ForAnyOfAllValues:GuidNotEquals \{([^}]+)\}/.exec(String(condition)) ?? [];
  const names = ["qa", "qa-preview", "qa-release", "prod", "prod-preview", "prod-release", "prod-watch"];
  expect(others?.split(", ").sort()).toEqual(names.map((name) => principal(`mlops-${name}`)).sort());
  const single = String(condition).matchAll(/:PrincipalId\] ForAnyOfAnyValues:GuidEquals \{([^}]+)\}/g);
  expect(new Set([...single].map(([, id]) => id))).toEqual(
    new Set([principal("mlops-qa"), principal("mlops-qa-release")]),
  );
});

test("each identity believes its own service connection, as Azure DevOps names it", async () => {
  await said();
  const connections = cloud().devops.all("serviceendpoint/endpoints");
  expect(connections.map(({ name }) => name)).toEqual([
    "mlops-qa-preview",
    "mlops-qa",
    "mlops-qa-release",
    "mlops-prod-preview",
    "mlops-prod",
    "mlops-prod-release",
    "mlops-prod-watch",
  ]);
  for (const { id, name, authorization } of connections) {
    expect(authorization).toMatchObject({ scheme: "WorkloadIdentityFederation" });
    const [, credential] =
      [...cloud().arm.resources].find(([key]) =>
        key.endsWith(`/${String(name)}/federatedidentitycredentials/azure-devops`),
      ) ?? [];
    expect(credential?.properties).toEqual({
      issuer: "https://login.microsoftonline.com/tenant-1/v2.0",
      subject: `/eid1/c/pub/t/tenant-1/sc/contoso/${id}`,
      audiences: ["api://AzureADTokenExchange"],
    });
  }
});

test("production, the making of stacks and production's preview are approved; each environment's updates have a lock", async () => {
  cloud().devops.members = { "eve@example.com": "eve-1" };
  await said({ target: { ...cloud().inputs().target, approvers: ["eve@example.com"] } });
  const checks = cloud().devops.all("pipelines/checks/configurations");
  const named = checks.map(({ type, resource }) => {
    return `${(type as { name: string }).name} ${(resource as { name: string }).name}`;
  });
  expect(named.sort()).toEqual([
    "Approval mlops-infra",
    "Approval mlops-prod",
    "Approval mlops-prod-preview",
    "ExclusiveLock mlops-prod-updates",
    "ExclusiveLock mlops-qa-updates",
    ...["prod", "prod-release", "prod-watch", "qa", "qa-release", "secrets"].map(
      (name) => `Task Check mlops-${name}`,
    ),
  ]);
  const approvals = checks.filter(({ settings }) => "approvers" in (settings as object));
  expect(approvals.map(({ resource }) => (resource as { type: string }).type)).toEqual([
    "environment",
    "environment",
    "endpoint",
  ]);
  // Each says what to look at before approving.
  expect(
    new Set(approvals.map(({ settings }) => (settings as { instructions: string }).instructions)).size,
  ).toBe(3);
  for (const { settings } of approvals)
    expect(settings).toMatchObject({ approvers: [{ id: "eve-1" }], requesterCannotBeApprover: true });
});

test("who updates the stacks of an environment holds its lock: the groups are locked, and open to those pipelines alone", async () => {
  await said();
  const locks = cloud()
    .devops.all("pipelines/checks/configurations")
    .filter(({ type }) => (type as { name: string }).name === "ExclusiveLock");
  const holders = locks.map(({ resource }) => {
    const { type, id, name } = resource as { type: string; id: string; name: string };
    const opened = cloud().devops.permissions.get(`${type}/${id}`);
    const names = cloud().devops.pipelines.flatMap((each) =>
      opened?.has(Number(each.id)) ? [each.name] : [],
    );
    return [type, name, names.map(String).sort()];
  });
  const always = ["mlops-infra", "mlops-release", "mlops-teardown"];
  expect(holders).toEqual([
    ["variablegroup", "mlops-qa-updates", ["mlops-build", ...always]],
    ["variablegroup", "mlops-prod-updates", always],
  ]);
});

test("runs of main alone use what can change something, and the secrets; what only looks is for every branch", async () => {
  await said();
  const controls = cloud()
    .devops.all("pipelines/checks/configurations")
    .filter(({ type }) => (type as { name: string }).name === "Task Check");
  for (const { settings } of controls)
    expect(settings).toMatchObject({
      definitionRef: { name: "evaluatebranchProtection" },
      inputs: { allowedBranches: "refs/heads/main", allowUnknownStatusBranch: "false" },
    });
  const names = controls.map(({ resource }) => (resource as { name: string }).name);
  const connections = cloud()
    .devops.all("serviceendpoint/endpoints")
    .map(({ name }) => String(name));
  expect(connections.filter((name) => !names.includes(name))).toEqual([
    "mlops-qa-preview",
    "mlops-prod-preview",
  ]);
  const secrets = controls.find(({ resource }) => (resource as { name: string }).name === "mlops-secrets");
  const group = cloud()
    .devops.all("distributedtask/variablegroups")
    .find(({ name }) => name === "mlops-secrets");
  expect(secrets?.resource).toMatchObject({ type: "variablegroup", id: String(group?.id) });
});

test("a branch control that somebody opened to more branches is shown, and corrected", async () => {
  await said();
  const [control] = cloud()
    .devops.all("pipelines/checks/configurations")
    .filter(({ type }) => (type as { name: string }).name === "Task Check");
  Object.assign((control?.settings as { inputs: object }).inputs, { allowedBranches: "*" });
  expect(await said()).toContain('allowedBranches is "*", expected "refs/heads/main"');
  expect(await said()).toContain("nothing was changed");
});

test("pull requests are built by pr.yml, which may use what only looks, and not at production", async () => {
  await said();
  const pr = cloud().devops.pipelines.find(({ name }) => name === "mlops-pr")?.id;
  const preview = cloud().devops.pipelines.find(({ name }) => name === "mlops-preview")?.id;
  const scope = [{ refName: "refs/heads/main", repositoryId: "repo-1" }];
  const [whole, ofProduction] = cloud().devops.all("policy/configurations");
  expect(whole).toMatchObject({ isBlocking: true, settings: { buildDefinitionId: pr, scope } });
  expect(whole?.settings).not.toHaveProperty("filenamePatterns");
  // It waits for an approval, which a pull request about a model need not.
  expect(ofProduction).toMatchObject({ isBlocking: false, settings: { buildDefinitionId: preview, scope } });
  expect(ofProduction?.settings).toMatchObject({
    filenamePatterns: previewedPaths.map((each) => `/${each}`),
  });
  const mayUse = [...cloud().devops.permissions]
    .filter(([, opened]) => opened.has(Number(pr)))
    .map(([resource]) => resource.split("/")[1]);
  const named = (kind: "serviceendpoint/endpoints" | "distributedtask/variablegroups") =>
    cloud()
      .devops.all(kind)
      .filter(({ id }) => mayUse.includes(String(id)));
  expect(named("serviceendpoint/endpoints").map(({ name }) => name)).toEqual(["mlops-qa-preview"]);
  expect(named("distributedtask/variablegroups").map(({ name }) => name)).toEqual(["mlops"]);
  expect([...cloud().devops.access]).toEqual([
    [
      "repoV2/project-1/repo-1 Microsoft.TeamFoundation.ServiceIdentity;11111111-aaaa-4aaa-8aaa-111111111111:Build:project-1",
      16_384,
    ],
  ]);
});

test("a branch that no pipeline starts for is refused, with the lines that name another", async () => {
  const target = { ...cloud().inputs().target, branch: "release" };
  await expect(bootstrap(cloud().inputs({ target }))).rejects.toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(
      /--branch is "release"[\s\S]*pipelines\/build\.yml:4: branches: \{ include: \[main\] \}/,
    ),
  });
  expect(cloud().authorizations.size).toBe(0);
});

test("variables are where the state is, and secrets that stay in the vault", async () => {
  await said();
  const groups = cloud().devops.all("distributedtask/variablegroups");
  expect(groups).toMatchObject([
    { name: "mlops", type: "Vsts" },
    { name: "mlops-secrets", type: "AzureKeyVault", variables: { "NOTIFY-WEBHOOK": { isSecret: true } } },
    { name: "mlops-qa-updates", type: "Vsts" },
    { name: "mlops-prod-updates", type: "Vsts" },
  ]);
  expect(JSON.stringify(groups)).toMatch(/azblob:\/\/pulumi-state\?storage_account=mlopsstate\w{12}/);
});

test("a stack's file gets its settings and its key, and keeps what it had", async () => {
  await said();
  const text = readFileSync(path.join(cloud().folder, "Pulumi.prod.yaml"), "utf8");
  const release = cloud().devops.pipelines.find(({ name }) => name === "mlops-release");
  expect(text).toContain("# Kept.\n");
  expect(text).toContain("mlops:owner: team-risk");
  expect(text).toContain("mlops:devOpsProject: contoso/shop");
  expect(text).toContain(`azure-native:subscriptionId: ${prodSubscriptionId}`);
  const ofQa = readFileSync(path.join(cloud().folder, "Pulumi.qa.yaml"), "utf8");
  expect(ofQa).toContain(`azure-native:subscriptionId: ${subscriptionId}`);
  expect(text).toContain(`mlops:releasePipelineId: ${release?.id}`);
  // The stack gives them their roles in it.
  for (const [key, name] of [
    ["deployPrincipal", "mlops-prod"],
    ["releasePrincipal", "mlops-prod-release"],
    ["watchPrincipal", "mlops-prod-watch"],
  ] as const) {
    const [, found] =
      [...cloud().arm.resources].find(([id]) => id.endsWith(`/userassignedidentities/${name}`)) ?? [];
    expect(text).toContain(`mlops:${key}: ${String(found?.properties?.principalId)}`);
  }
  expect(text).toMatch(
    /secretsprovider: azurekeyvault:\/\/mlops-state-\w{10}\.vault\.azure\.net\/keys\/pulumi-state/,
  );
});

test("a model that the repository has not is refused before anything is looked at", async () => {
  const inputs = cloud().inputs();
  const settings = { ...inputs.settings, "mlops:model": "churn" };
  await expect(bootstrap({ ...inputs, settings })).rejects.toThrow(
    'The stacks are to have the model "churn", and models/ has only',
  );
  expect(cloud().writes).toEqual([]);
});

test("settings that a stack lacks are named before anything is looked at", async () => {
  await expect(bootstrap(cloud().inputs({ settings: {} }))).rejects.toThrow(
    /mlops:owner is not set[\s\S]*mlops:alertEmail is not set/,
  );
  expect(cloud().authorizations.size).toBe(0);
});

test("what somebody changed is shown, and corrected", async () => {
  await said();
  const [, account] = [...cloud().arm.resources].find(([id]) => /storageaccounts\/[^/]+$/.test(id)) ?? [];
  Object.assign(account?.properties ?? {}, { allowSharedKeyAccess: true });
  const pipeline = cloud().devops.pipelines[0];
  Object.assign(pipeline?.configuration ?? {}, { path: "/other.yml" });
  const text = await said();
  expect(text).toContain("allowSharedKeyAccess is true, expected false");
  expect(text).toContain('runs is "other.yml", expected "pipelines/pr.yml"');
  expect(text).toContain("0 to create, 2 to correct");
  expect(
    account && [...cloud().arm.resources].find(([id]) => /storageaccounts\/[^/]+$/.test(id))?.[1],
  ).toMatchObject({
    properties: { allowSharedKeyAccess: false },
  });
  expect(await said()).toContain("nothing was changed");
});
