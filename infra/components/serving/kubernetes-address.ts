import * as core from "@pulumi/kubernetes/core/v1";
import * as pulumi from "@pulumi/pulumi";
import type { KubernetesPlace } from "../../config/serving-place";
import { gateways, ingressNamespace } from "./kubernetes-namespace";

/**
 * Gives the open gateway the environment's public IP address. Its Service is made by AKS, which lets others set these two
 * annotations and puts back what else they change: "Ingress gateway service customizations",
 * learn.microsoft.com/azure/aks/istio-deploy-ingress.
 */
export class KubernetesAddress extends pulumi.ComponentResource {
  constructor(
    name: string,
    address: NonNullable<KubernetesPlace["address"]>,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("mlops:infra:KubernetesAddress", name, {}, opts);
    const annotations = {
      "service.beta.kubernetes.io/azure-load-balancer-resource-group": address.resourceGroupName,
      "service.beta.kubernetes.io/azure-pip-name": address.name,
    };
    new core.ServicePatch(
      name,
      { metadata: { name: gateways.external, namespace: ingressNamespace, annotations } },
      // Taking a patch back fails once the Service is gone, as it is when the gateway has been closed.
      { parent: this, retainOnDelete: true },
    );
    this.registerOutputs();
  }
}
