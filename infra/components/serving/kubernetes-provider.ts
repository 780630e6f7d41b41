import { reasonOf } from "../../../platform/base/errors";
import * as pulumi from "@pulumi/pulumi";
import * as containerservice from "@pulumi/azure-native/containerservice";
import { Provider } from "@pulumi/kubernetes/provider";
import { signInAsProcess } from "./kubeconfig";

/** An existing cluster. */
interface ClusterPlace {
  readonly cluster: { readonly id: string; readonly name: string };
  readonly resourceGroupName: string;
}

/** Credentials of the identity that runs the update; the cluster has no others. */
async function credentials(
  { cluster, resourceGroupName }: ClusterPlace,
  { parent }: { readonly parent: pulumi.Resource },
): Promise<string> {
  try {
    const { kubeconfigs } = await containerservice.listManagedClusterUserCredentials(
      { resourceName: cluster.name, resourceGroupName, format: "exec" },
      { parent },
    );
    return signInAsProcess(Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString());
  } catch (error) {
    // With read-only access to Azure, a preview still works: it shows the program's objects, not compared with the cluster.
    if (!pulumi.runtime.isDryRun()) throw error;
    const reason = reasonOf(error);
    await pulumi.log.warn(`The cluster's objects are previewed without the cluster: ${reason}`, parent);
    return pulumi.unknown as unknown as string;
  }
}

/** Kubernetes provider for a cluster, signed in as whoever runs the update. */
export function openKubernetes(
  name: string,
  place: ClusterPlace,
  opts: { readonly parent: pulumi.Resource },
): Provider {
  return new Provider(
    name,
    {
      kubeconfig: pulumi.secret(credentials(place, opts)),
      // Keeps a new kubeconfig for the same cluster from replacing every object.
      clusterIdentifier: place.cluster.id,
      enableServerSideApply: true,
      // An interrupted update leaves objects that are not in the state; the next update adopts them.
      upsertExistingObjects: true,
    },
    opts,
  );
}
