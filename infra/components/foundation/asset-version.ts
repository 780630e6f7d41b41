import * as random from "@pulumi/random";
import * as pulumi from "@pulumi/pulumi";

/**
 * The version of an immutable Azure Machine Learning asset: the digest of its content and four random hex digits. Replaced
 * versions are kept, so content that returns, for example when a setting is switched off and on again, would collide with
 * its earlier version, and Pulumi cannot create what already exists.
 */
export function assetVersion(
  name: string,
  digest: pulumi.Input<string>,
  parent: pulumi.Resource,
): pulumi.Output<string> {
  const { hex } = new random.RandomId(`${name}-version`, { byteLength: 2, keepers: { digest } }, { parent });
  return pulumi.interpolate`${digest}-${hex}`;
}
