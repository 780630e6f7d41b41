import { openStorage } from "../../storage/open-storage";
import { DataVersions } from "./data-versions";

/** The data versions at a location, a folder or the address of a blob container; undefined when they are switched off. */
export async function openDataVersions(
  location: string | undefined,
  report: (message: string) => void,
): Promise<DataVersions | undefined> {
  if (location === undefined || location === "off") return undefined;
  return new DataVersions(await openStorage(location), report);
}
