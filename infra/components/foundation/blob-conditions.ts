/** Azure ABAC conditions that limit a role assignment to some blobs. */

const blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

/** Actions that change blobs. */
export const blobWrites = ["write", "delete", "add/action", "move/action"] as const;

export const containerName = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]";
export const blobPath = `@Resource[${blobs}:path]`;

/** Blob actions that a condition restricts; `readButNotList` leaves listing blob names unrestricted. */
export type BlobAction = "read" | "readButNotList" | (typeof blobWrites)[number];

const matches = (action: BlobAction): string =>
  action === "readButNotList"
    ? `ActionMatches{'${blobs}/read'} AND NOT SubOperationMatches{'Blob.List'}`
    : `ActionMatches{'${blobs}/${action}'}`;

/** Condition that allows these actions only where `holds` is true, and leaves the role's other actions unrestricted. */
export function onlyWhere(holds: string, actions: readonly BlobAction[]): string {
  const others = actions.map((action) => `!(${matches(action)})`).join(" AND ");
  return `((${others}) OR (${holds}))`;
}
