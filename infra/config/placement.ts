import type * as pulumi from "@pulumi/pulumi";

/** Where a resource goes and how it is marked: what every component needs. */
export interface Placement {
  readonly resourceGroupName: pulumi.Input<string>;
  /** Azure region, as in `westeurope`. */
  readonly location: string;
  readonly tags: Readonly<Record<string, string>>;
}
