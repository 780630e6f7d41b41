/**
 * Stem of an auto-name, to which Pulumi appends eight digits, for resources whose names are short and alphanumeric: a
 * storage account or vault name has at most 24 characters.
 */
export function plainStem(logicalName: string): string {
  const letters = logicalName.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  return letters.replace(/^\d+/, "").slice(0, 16);
}
