import { isAddress } from "../http/address";
import type { Storage } from "./storage";
import { openLocalStorage } from "./local-storage";

/** Opens the storage at a location: a folder, or the address of a blob container with an optional path below it. */
export async function openStorage(location: string): Promise<Storage> {
  if (!isAddress(location)) return openLocalStorage(location);
  // Loaded on demand: the client is large, and a folder does not need it.
  const { openBlobStorage } = require("./blob-storage") as typeof import("./blob-storage");
  return openBlobStorage(location);
}
