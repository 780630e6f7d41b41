import type * as pulumi from "@pulumi/pulumi";

/** Resource group, location and tags of a resource, which every component needs. */
export interface Placement {
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region, for example `westeurope`. */
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}
