import { readEnvironments } from "../../platform/release/environments";
import { recordIn } from "./exposure";
import type { Partially, StackConfig } from "./stack-config";
import { hasZones, regions } from "./regions";
import { dashboardFaults, pageFaults } from "./web-faults";

/** The fault of a minimum above its maximum. */
function crossed(
  config: Partially,
  low: "computeMinNodes" | "scoringMinNodes" | "minReplicas",
  high: "computeMaxNodes" | "scoringMaxNodes" | "maxReplicas",
): string[] {
  const [from, to] = [config[low], config[high]];
  if (from === undefined || to === undefined || from <= to) return [];
  return [
    `mlops:${low} is ${from}, which is above mlops:${high}, ${to}. Run: pulumi config set --stack ${config.environment} mlops:${high} ${from}`,
  ];
}

/** The fault of two settings that must be set together. */
function together(config: Partially, one: keyof StackConfig, other: keyof StackConfig): string[] {
  if ((config[one] === undefined) === (config[other] === undefined)) return [];
  const [given, missing] = config[one] === undefined ? [other, one] : [one, other];
  return [
    `mlops:${given} is set without mlops:${missing}. Run: pulumi config set --stack ${config.environment} mlops:${missing} <value>`,
  ];
}

/** Faults of a gateway that would be open or closed against what another setting says, or of a name outside its zone. */
function exposureFaults({ environment, scoring, exposure, host, dnsZone }: Partially): string[] {
  const faults: string[] = [];
  const run = `Run: pulumi config`;
  if (exposure !== undefined && scoring === "containers")
    faults.push(
      `mlops:exposure is ${exposure}, but mlops:scoring is "containers", which has no gateway. Its container is closed to the internet with mlops:network private. ${run} rm --stack ${environment} mlops:exposure`,
    );
  if (exposure === "internal" && host !== undefined)
    faults.push(
      `mlops:exposure is internal, but mlops:host, "${host}", is a name for callers from outside. Remove one of them. ${run} rm --stack ${environment} mlops:exposure`,
    );
  if (dnsZone === undefined) return faults;
  if (host === undefined)
    faults.push(
      `mlops:dnsZone is set without mlops:host, the name to record in it. ${run} set --stack ${environment} mlops:host <name in the zone>`,
    );
  else if (recordIn(dnsZone, host) === undefined)
    faults.push(
      `mlops:host, "${host}", is not in the zone of mlops:dnsZone, ${dnsZone.slice(dnsZone.lastIndexOf("/") + 1)}. ${run} set --stack ${environment} mlops:host <name in the zone>`,
    );
  return faults;
}

/** The fault of a second stack whose registrations would start releases, which take versions from the first one's registry. */
function registryFaults({ environment, trains, devOpsProject }: Partially): string[] {
  const { training } = readEnvironments();
  if (trains !== true || devOpsProject === undefined || environment === training) return [];
  return [
    `mlops:trains is true and mlops:devOpsProject is set, so that a version that ${environment} registers would start a release; but releases take versions from ${training}, where the same number is another model. Run: pulumi config rm --stack ${environment} mlops:trains`,
  ];
}

/** Application id of Azure Cosmos DB, the same in every tenant of the public cloud: Azure Cosmos DB, "Configure customer-managed keys". */
const cosmosDb = "a232010e-820c-4083-83bb-3ace5fc29d0b";

/** The fault of an encrypted workspace whose metadata nobody could encrypt. */
function encryptionFaults({ environment, customerManagedKeys, cosmosDbPrincipal }: Partially): string[] {
  if (customerManagedKeys !== true || cosmosDbPrincipal !== undefined) return [];
  return [
    `mlops:customerManagedKeys is true without mlops:cosmosDbPrincipal: the workspace's metadata is in Azure Cosmos DB, which needs a role on the key. Run: pulumi config set --stack ${environment} mlops:cosmosDbPrincipal "$(az ad sp show --id ${cosmosDb} --query id --output tsv)". Where there is no such principal, first run: az provider register --namespace Microsoft.DocumentDB --wait`,
  ];
}

/** Faults of settings that are each valid but contradict one another. A setting that is itself invalid is absent. */
export function crossFaults(config: Partially): string[] {
  const faults = [
    ...crossed(config, "computeMinNodes", "computeMaxNodes"),
    ...crossed(config, "scoringMinNodes", "scoringMaxNodes"),
    ...crossed(config, "minReplicas", "maxReplicas"),
    ...together(config, "host", "certificate"),
    ...together(config, "devOpsProject", "releasePipelineId"),
    ...together(config, "sparkAddress", "sparkData"),
    ...registryFaults(config),
    ...dashboardFaults(config),
    ...pageFaults(config),
    ...exposureFaults(config),
    ...encryptionFaults(config),
  ];
  const { environment, scoring, dataRegions, location, zones } = config;
  if (scoring === "kubernetes" && zones !== undefined && zones.length > 0 && !hasZones(location ?? "")) {
    faults.push(
      `mlops:zones is ${zones.join(",")}, but ${location} has no availability zones. Run: pulumi config set --stack ${environment} mlops:zones '[]'`,
    );
  }
  const unknown = dataRegions?.filter((region) => !(regions as readonly string[]).includes(region)) ?? [];
  if (unknown.length > 0)
    faults.push(
      `mlops:dataRegions has ${unknown.join(", ")}, which this program does not know as regions. Expected names like westeurope.`,
    );
  if (
    dataRegions !== undefined &&
    dataRegions.length > 0 &&
    location !== undefined &&
    !dataRegions.includes(location)
  ) {
    faults.push(
      `azure-native:location is "${location}", which mlops:dataRegions does not allow. Add it there, or choose one of ${dataRegions.join(", ")}.`,
    );
  }
  return faults;
}
