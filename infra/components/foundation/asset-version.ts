import * as random from "@pulumi/random";
import * as pulumi from "@pulumi/pulumi";

/**
 * The version of an asset of Azure Machine Learning, which never changes once it is there: the digest of its content, and
 * four digits of its own. Versions are kept when others take their place, so a content that comes back, as of a setting
 * that is switched on and off, would meet its own earlier version, and Pulumi creates nothing that exists already.
 */
export function assetVersion(
  name: string,
  digest: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { hex } = new random.RandomId(`${name}-version`, { byteLength: 2, keepers: { digest } }, { parent });
  return pulumi.interpolate`${digest}-${hex}`;
}
