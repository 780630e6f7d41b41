/** Conditions of role assignments that keep a role to some blobs, as Azure's attribute-based access control reads them. */

const blobs = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs";

/** Actions that change blobs. */
export const blobWrites = ["write", "delete", "add/action", "move/action"] as const;

export const containerName = "@Resource[Microsoft.Storage/storageAccounts/blobServices/containers:name]";
export const blobPath = `@Resource[${blobs}:path]`;

/** What a role may do to blobs, of which `holds` then has to hold; `readButNotList` lets their names be listed. */
export type BlobAction = "read" | "readButNotList" | (typeof blobWrites)[number];

const matches = (action: BlobAction): string =>
  action === "readButNotList"
    ? `ActionMatches{'${blobs}/read'} AND NOT SubOperationMatches{'Blob.List'}`
    : `ActionMatches{'${blobs}/${action}'}`;

/** Lets a role do what it may, but these actions only where something holds. */
export function onlyWhere(holds: string, actions: readonly BlobAction[]): string {
  const others = actions.map((action) => `!(${matches(action)})`).join(" AND ");
  return `((${others}) OR (${holds}))`;
}
