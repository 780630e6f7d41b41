/**
 * The beginning of a name that Pulumi completes with eight digits, for resources whose names Azure wants short and of
 * letters and digits only: a storage account or vault has at most 24.
 */
export function plainStem(logicalName: string): string {
  const letters = logicalName.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return letters.replace(/^\d+/, "").slice(0, 16);
}
