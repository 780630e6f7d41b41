import type { Storage } from "./storage";
import { openLocalStorage } from "./local-storage";

/** Whether a location is an address, and not a folder. */
export function isAddress(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/** A location as it may be shown: without the signature that an address may carry. */
export function describeLocation(location: string): string {
  return isAddress(location) ? (location.split("?", 1)[0] ?? "") : location;
}

/** Opens the storage at a location: a folder, or the address of a blob container with an optional path below it. */
export async function openStorage(location: string): Promise<Storage> {
  if (!isAddress(location)) return openLocalStorage(location);
  // Loaded on use: the client is large, and a folder needs none of it.
  const { openBlobStorage } = require("./blob-storage") as typeof import("./blob-storage");
  return openBlobStorage(location);
}
