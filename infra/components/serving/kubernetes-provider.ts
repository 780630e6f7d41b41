import { reasonOf } from "../../../platform/base/errors";
import * as pulumi from "@pulumi/pulumi";
import * as containerservice from "@pulumi/azure-native/containerservice";
import { Provider } from "@pulumi/kubernetes/provider";
import { signInWithAzureCli } from "./kubeconfig";
import type { Placement } from "../../config/placement";
import type { KubernetesCluster } from "./kubernetes-cluster";

/** Credentials of whoever runs the update; the cluster has no others. */
function credentials(cluster: KubernetesCluster, placement: Placement): pulumi.Output<string> {
  const read = async ([resourceName, resourceGroupName]: string[]): Promise<string> => {
    try {
      const { kubeconfigs } = await containerservice.listManagedClusterUserCredentials(
        { resourceName: resourceName ?? "", resourceGroupName: resourceGroupName ?? "", format: "exec" },
        { parent: cluster },
      );
      return signInWithAzureCli(Buffer.from(kubeconfigs[0]?.value ?? "", "base64").toString());
    } catch (error) {
      // Whoever may only read Azure may still see a preview: of the objects, what the program says, not what the cluster says to it.
      if (!pulumi.runtime.isDryRun()) throw error;
      const reason = reasonOf(error);
      await pulumi.log.warn(`The cluster's objects are previewed without the cluster: ${reason}`, cluster);
      return pulumi.unknown as unknown as string;
    }
  };
  // Both names are unknown in the preview that creates the cluster, and nothing is called.
  const names = pulumi.all([cluster.name, placement.resourceGroupName]);
  return names.apply(read);
}

/** The way to the objects on a cluster, with the sign-in of the Azure CLI. */
export function openKubernetes(
  name: string,
  { cluster, placement }: { cluster: KubernetesCluster; placement: Placement },
  opts: pulumi.ResourceOptions,
): Provider {
  return new Provider(
    name,
    {
      kubeconfig: pulumi.secret(credentials(cluster, placement)),
      // Another kubeconfig for the same cluster is no other cluster.
      clusterIdentifier: cluster.id,
      enableServerSideApply: true,
      // An update that was cut short leaves objects that it has not written down: the next one takes them over.
      upsertExistingObjects: true,
    },
    opts,
  );
}
