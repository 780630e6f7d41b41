/** Public Azure regions that offer Azure Machine Learning, AKS and Container Instances ("Products available by region"). */
export const regions = [
  "australiaeast",
  "australiasoutheast",
  "brazilsouth",
  "canadacentral",
  "canadaeast",
  "centralindia",
  "centralus",
  "eastasia",
  "eastus",
  "eastus2",
  "francecentral",
  "germanywestcentral",
  "israelcentral",
  "italynorth",
  "japaneast",
  "japanwest",
  "koreacentral",
  "northcentralus",
  "northeurope",
  "norwayeast",
  "polandcentral",
  "qatarcentral",
  "southafricanorth",
  "southcentralus",
  "southeastasia",
  "southindia",
  "spaincentral",
  "swedencentral",
  "switzerlandnorth",
  "switzerlandwest",
  "uaenorth",
  "uksouth",
  "ukwest",
  "westcentralus",
  "westeurope",
  "westus",
  "westus2",
  "westus3",
] as const;

/** Regions without availability zones ("Azure regions list", learn.microsoft.com/azure/reliability/regions-list). */
const withoutZones: readonly string[] = [
  "australiasoutheast",
  "canadaeast",
  "northcentralus",
  "southindia",
  "switzerlandwest",
  "ukwest",
  "westcentralus",
  "westus",
];

/** Whether a region has availability zones; without them, all copies of data are in one data centre. */
export function hasZones(region: string): boolean {
  return !withoutZones.includes(region);
}
