import { reasonOf } from "../../../platform/base/errors";
import * as pulumi from "@pulumi/pulumi";
import * as containerservice from "@pulumi/azure-native/containerservice";
import { Provider } from "@pulumi/kubernetes/provider";
import { signInWithAzureCli } from "./kubeconfig";

/** A cluster that is there. */
interface ClusterPlace {
  readonly cluster: { readonly id: string; readonly name: string };
  readonly resourceGroupName: string;
}

/** Credentials of whoever runs the update; the cluster has no others. */
async function credentials(
  { cluster, resourceGroupName }: ClusterPlace,
  { parent }: { readonly parent: pulumi.Resource },
): Promise<string> {
  try {
    const { kubeconfigs } = await containerservice.listManagedClusterUserCredentials(
      { resourceName: cluster.name, resourceGroupName, format: "exec" },
      { parent },
    );
    return signInWithAzureCli(Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString());
  } catch (error) {
    // Whoever may only read Azure may still see a preview: of the objects, what the program says, not what the cluster says to it.
    if (!pulumi.runtime.isDryRun()) throw error;
    const reason = reasonOf(error);
    await pulumi.log.warn(`The cluster's objects are previewed without the cluster: ${reason}`, parent);
    return pulumi.unknown as unknown as string;
  }
}

/** The way to the objects on a cluster, with the sign-in of the Azure CLI. */
export function openKubernetes(
  name: string,
  place: ClusterPlace,
  opts: { readonly parent: pulumi.Resource },
): Provider {
  return new Provider(
    name,
    {
      kubeconfig: pulumi.secret(credentials(place, opts)),
      // Another kubeconfig for the same cluster is no other cluster.
      clusterIdentifier: place.cluster.id,
      enableServerSideApply: true,
      // An update that was cut short leaves objects that it has not written down: the next one takes them over.
      upsertExistingObjects: true,
    },
    opts,
  );
}
