import { loadDefinition } from "../../platform/definition/definitions";
import type { Packaging } from "../../deploy/package/package";

/** The part of a session that packages. */
interface Packing {
  readonly registry: Packaging["registry"];
  readonly workspace: Pick<Packaging, "packages">;
  readonly settings: { readonly models?: string | undefined };
}

/** How versions of a model are packaged on this machine. */
export async function packagingOf(
  { registry, workspace, settings }: Packing,
  model: string,
): Promise<Packaging> {
  const { definition } = await loadDefinition(model, undefined, settings.models);
  return { registry, packages: workspace.packages, serving: definition.serving };
}
