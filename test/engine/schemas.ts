import { readArmTypes, type StateResource } from "./engine";

const notGiven = "the stand-in was given no schema of it; the compiler checks it, by the SDK's types";

/** Types that no schema of Azure Resource Manager judges here, each with the reason. */
const withoutSchema: Readonly<Record<string, string>> = {
  "azure-native:resources:ResourceGroup":
    "deployed at the subscription's scope, which has a schema of its own",
  "azure-native:resources:Resource":
    "untyped: the availability test, whose class drops a required member, and the rule of what a cluster sends, whose schema lacks the stream",
  "azure-native:operationalinsights:QueryPack": notGiven,
  "azure-native:operationalinsights:Query": notGiven,
  "azure-native:containerservice:DeploymentSafeguard": notGiven,
  "azure-native:containerservice:MaintenanceConfiguration": notGiven,
  "azure-native:monitor:DataCollectionRuleAssociation": notGiven,
  "azure-native:storage:BlobContainerImmutabilityPolicy": notGiven,
  "azure-native:network:PublicIPAddress": notGiven,
  "azure-native:network:NatGateway": notGiven,
  "azure-native:web:WebAppAuthSettingsV2": notGiven,
  "azure-native:web:WebAppFtpAllowed": notGiven,
  "azure-native:web:WebAppScmAllowed": notGiven,
};

/** Types among resources that the stand-in for Azure could not check, and that are not known to be so. */
export async function uncheckedTypes(resources: readonly StateResource[]): Promise<string[]> {
  const known = await readArmTypes();
  if (known === undefined) throw new Error("The stand-in for Azure has no schemas.");
  const types = new Set(resources.map(({ type }) => type));
  return [...types].filter(
    (type) => type.startsWith("azure-native:") && !(type in known) && !(type in withoutSchema),
  );
}
