import type { Digest } from "../../platform/base/files";
import type { DataSource } from "../../platform/data/source";
import { versionsToRemove } from "../../platform/data/versions/retention";
import { shortDigest } from "../../platform/base/files";
import type { Collection, DataVersion } from "../../platform/data/versions/version-record";
import { counted } from "../../platform/base/wording";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { Session } from "../session/session";

type Keeping = Pick<Session, "dataVersions" | "registry" | "settings" | "output">;

/** Keeps the data that a command works on, and how it was collected, as a version of it; undefined when versions are switched off. */
export async function keepData(
  { dataVersions }: Pick<Keeping, "dataVersions">,
  definition: ModelDefinition,
  source: DataSource,
  collected?: Collection,
): Promise<DataVersion | undefined> {
  return dataVersions?.keep(definition, source, new Date(), collected);
}

/** Removes the versions whose time has passed, by the setting, and says which. */
export async function removeOldData(
  { dataVersions, registry, settings, output }: Keeping,
  { model, digest }: DataVersion,
): Promise<void> {
  const { dataVersionDays: days } = settings;
  if (dataVersions === undefined || days === undefined) return;
  const registered = new Set<string>();
  for (const { tags } of await registry.list(model))
    if (tags.data !== undefined) registered.add(await dataVersions.remainingOf(model, tags.data as Digest));
  const old = versionsToRemove(await dataVersions.list(model), {
    days,
    now: new Date(),
    registered,
    current: digest,
  });
  for (const version of old) {
    await dataVersions.remove(version);
    output.print(
      `Removed data version ${shortDigest(version.digest)} of ${model}, of ${version.keptAt}: it is older than ${counted(days, "day")} (MLOPS_DATA_VERSION_DAYS), and no registered version was trained on it.`,
    );
  }
}
