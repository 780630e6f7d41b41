import { PlatformError } from "../base/errors";
import { formatModelRef } from "../definition/model-ref";
import type { Registry } from "./registry";

/** What the gate measured of versions, by `name:version`: its metric with the figure. */
export type MeasuredVersions = Readonly<Record<string, string>>;

/** Of all versions of a model. Empty if the registry cannot answer: this is extra information. */
export async function measuredVersions(
  registry: Pick<Registry, "list">,
  model: string,
): Promise<MeasuredVersions> {
  try {
    const versions = await registry.list(model);
    return Object.fromEntries(
      versions.flatMap((version) =>
        version.tags.measured === undefined ? [] : [[formatModelRef(version), version.tags.measured]],
      ),
    );
  } catch (error) {
    if (error instanceof PlatformError) return {};
    throw error;
  }
}
