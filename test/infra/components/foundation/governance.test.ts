import { Governance, type GovernanceArgs } from "../../../../infra/components/foundation/governance";
import { countByType, ofType, registered } from "../../mocks";

const args: GovernanceArgs = {
  resourceGroupId: "/group",
  location: "westeurope",
  regions: [],
  tagNames: ["environment", "costCentre"],
  network: "public",
  registryLoginServer: "registry.azurecr.io",
};

async function assignments(more: Partial<GovernanceArgs> = {}) {
  const resources = await registered(() => new Governance("governance", { ...args, ...more }));
  const found = ofType(resources, "authorization:PolicyAssignment");
  expect(countByType(resources)).toEqual({
    "mlops:infra:Governance": 1,
    "azure-native:authorization:PolicyAssignment": found.length,
  });
  return new Map(found.map(({ name, inputs }) => [name.replace("governance-", ""), inputs]));
}

const always = [
  "locations",
  "tag-environment",
  "tag-costcentre",
  "secure-transfer",
  "no-shared-keys",
  "vault-purge-protection",
  "vault-roles",
  "no-registry-admin",
  "compute-local-auth",
];

test("every environment is held to the same rules, by Azure, in its resource group", async () => {
  const found = await assignments();
  expect([...found.keys()].sort()).toEqual([...always].sort());
  for (const { scope, enforcementMode, nonComplianceMessages, displayName } of found.values()) {
    expect({ scope, enforcementMode }).toEqual({ scope: "/group", enforcementMode: "Default" });
    expect(nonComplianceMessages).toEqual([{ message: displayName }]);
    // Rule, then remedy.
    expect(displayName).toMatch(/^[A-Z].*\. [A-Z].*\.$/);
  }
});

test.each([
  [
    "locations",
    "e56962a6-4747-49cd-b67b-bf8b01975c4c",
    { listOfAllowedLocations: { value: ["westeurope"] } },
  ],
  ["tag-costcentre", "871b6d14-10aa-478d-b590-94f262ecfa99", { tagName: { value: "costCentre" } }],
  ["secure-transfer", "404c3081-a854-4457-ae30-26a93ef643f9", { effect: { value: "Deny" } }],
  ["no-shared-keys", "8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54", { effect: { value: "Deny" } }],
  ["vault-purge-protection", "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53", { effect: { value: "Deny" } }],
  ["vault-roles", "12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5", { effect: { value: "Deny" } }],
  ["no-registry-admin", "dc921057-6b28-4fbe-9b83-f7bec05db6c2", { effect: { value: "Deny" } }],
  ["compute-local-auth", "e96a9a5f-07ca-471b-9bc5-6a0f33cbd68f", { effect: { value: "Deny" } }],
])("%s is Azure's policy %s", async (role, id, parameters) => {
  const assignment = (await assignments()).get(role);
  expect(assignment?.policyDefinitionId).toBe(`/providers/Microsoft.Authorization/policyDefinitions/${id}`);
  expect(assignment?.parameters).toEqual(parameters);
});

test("further regions are allowed beside the stack's own, each once", async () => {
  const locations = (await assignments({ regions: ["northeurope", "westeurope"] })).get("locations");
  expect(locations?.parameters.listOfAllowedLocations.value).toEqual(["westeurope", "northeurope"]);
});

test("a private network adds rules that report what is public", async () => {
  const found = await assignments({ network: "private" });
  expect([...found.keys()].sort()).toEqual([...always, "workspace-private", "workspace-private-link"].sort());
  expect(found.get("workspace-private")?.parameters).toEqual({ effect: { value: "Audit" } });
});

test("a cluster takes images from the environment's registry and Microsoft's only", async () => {
  const found = await assignments({ clusterId: "/cluster" });
  expect([...found.keys()].sort()).toEqual([...always, "pod-security", "allowed-images"].sort());
  expect(found.get("pod-security")?.policyDefinitionId).toBe(
    "/providers/Microsoft.Authorization/policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d",
  );
  const images = found.get("allowed-images")?.parameters;
  expect(images.effect.value).toBe("Deny");
  const pattern = new RegExp(images.allowedContainerImagesRegex.value as string);
  expect("registry.azurecr.io/mlops-scoring@sha256:0").toMatch(pattern);
  expect("mcr.microsoft.com/oss/istio/proxyv2:1").toMatch(pattern);
  expect("registryXazurecr.io/mlops-scoring").not.toMatch(pattern);
  expect("docker.io/registry.azurecr.io/x").not.toMatch(pattern);
});
