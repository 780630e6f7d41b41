import { loadDefinition } from "../../platform/definition/definitions";
import type { Packaging } from "../../deploy/package/package";
import type { Session } from "./session";

/** How versions of a model are packaged on this machine. */
export async function packagingOf(
  { registry, workspace, settings }: Pick<Session, "registry" | "workspace" | "settings">,
  model: string,
): Promise<Packaging> {
  const { definition } = await loadDefinition(model, undefined, settings.models);
  return { registry, packages: workspace.packages, serving: definition.serving };
}
