import * as pulumi from "@pulumi/pulumi";

/** Inputs of the policies. */
export interface PolicyScope {
  readonly location: string;
  /** Further regions that resources can be in. */
  readonly regions: readonly string[];
  /** Tags that every resource must have. */
  readonly tagNames: readonly string[];
  /** Whether resources can be reached only through private endpoints. */
  readonly network: "public" | "private";
  /** Whether the stack has an AKS cluster. */
  readonly cluster: boolean;
  readonly registryLoginServer: pulumi.Input<string>;
}

/** A built-in Azure policy and its parameters. */
export interface PolicyRule {
  /** Suffix of the assignment's name. */
  readonly role: string;
  /** `policyDefinitions/<GUID>` or `policySetDefinitions/<GUID>`. */
  readonly definition: string;
  /** Rule and remedy; Azure shows it when it refuses a request. */
  readonly message: string;
  readonly parameters: Readonly<Record<string, pulumi.Input<string | string[]>>>;
}

const deny = { effect: "Deny" };

/** A rule with a single policy definition. */
const rule = (
  role: string,
  id: string,
  message: string,
  parameters: PolicyRule["parameters"],
): PolicyRule => ({ role, definition: `policyDefinitions/${id}`, message, parameters });

const always: readonly PolicyRule[] = [
  rule(
    "secure-transfer",
    "404c3081-a854-4457-ae30-26a93ef643f9",
    "Storage accounts accept HTTPS only. Set enableHttpsTrafficOnly.",
    deny,
  ),
  rule(
    "no-shared-keys",
    "8c6a50c6-9ffd-4ae7-986f-5fa6111f9a54",
    "Storage accounts have no shared keys. Set allowSharedKeyAccess to false and use an identity.",
    deny,
  ),
  rule(
    "vault-purge-protection",
    "0b60c0b2-2dc2-4e1c-b5c9-abbed971de53",
    "Key vaults are protected from purging. Set enablePurgeProtection.",
    deny,
  ),
  rule(
    "vault-roles",
    "12d4fa5e-1f9f-4c21-97a9-b99b3c6611b5",
    "Key vaults use roles, not access policies. Set enableRbacAuthorization.",
    deny,
  ),
  rule(
    "no-registry-admin",
    "dc921057-6b28-4fbe-9b83-f7bec05db6c2",
    "Container registries have no admin user. Set adminUserEnabled to false and use an identity.",
    deny,
  ),
  rule(
    "compute-local-auth",
    "e96a9a5f-07ca-471b-9bc5-6a0f33cbd68f",
    "Training nodes have no local accounts. Set disableLocalAuth.",
    deny,
  ),
];

/** Audited, not denied: a private endpoint can be created only after its target. */
const privateOnly: readonly PolicyRule[] = [
  rule(
    "workspace-private",
    "438c38d2-3772-465a-a9cc-7a6666a275ce",
    "The workspace is closed to the public network. Set mlops:network to private and update the stack.",
    { effect: "Audit" },
  ),
  rule(
    "workspace-private-link",
    "45e05259-1eb5-4f70-9574-baf73e9d219b",
    "The workspace has a private endpoint. Set mlops:network to private and update the stack.",
    { effect: "Audit" },
  ),
];

function clusterRules(registryLoginServer: pulumi.Input<string>): readonly PolicyRule[] {
  return [
    {
      role: "pod-security",
      definition: "policySetDefinitions/a8640138-9b0a-4a28-b8cb-1666c838647d",
      message: "Pods meet the pod security baseline. Remove privileges and host access from the pod.",
      // Audited only: this program does not control the add-ons' system pods. Its own namespace enforces more than this.
      parameters: { effect: "Audit" },
    },
    rule(
      "allowed-images",
      "febd0533-8e55-448f-b837-bd0e06f16469",
      "Images come from this environment's registry or Microsoft's. Push the image there.",
      {
        effect: "Deny",
        allowedContainerImagesRegex: pulumi
          .output(registryLoginServer)
          .apply((server) => `^(${server.replaceAll(".", "\\.")}|mcr\\.microsoft\\.com)/.+$`),
      },
    ),
  ];
}

/** The policies assigned to the stack's resource group. */
export function policiesOf(scope: PolicyScope): readonly PolicyRule[] {
  const { location, regions, tagNames, network, cluster, registryLoginServer } = scope;
  const allowed = [...new Set([location, ...regions])];
  return [
    rule(
      "locations",
      "e56962a6-4747-49cd-b67b-bf8b01975c4c",
      `Resources and their data stay in ${allowed.join(", ")}. Choose one of these regions, or add the region to mlops:dataRegions.`,
      { listOfAllowedLocations: allowed },
    ),
    ...tagNames.map((tagName) =>
      rule(
        `tag-${tagName.toLowerCase()}`,
        "871b6d14-10aa-478d-b590-94f262ecfa99",
        `Every resource has the tag "${tagName}". Add it.`,
        { tagName },
      ),
    ),
    ...always,
    ...(network === "private" ? privateOnly : []),
    ...(cluster ? clusterRules(registryLoginServer) : []),
  ];
}
