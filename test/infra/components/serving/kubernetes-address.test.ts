import { KubernetesAddress } from "../../../../infra/components/serving/kubernetes-address";
import { optionsOf, registered } from "../../mocks";

const address = { name: "address1", resourceGroupName: "group" };

test("the gateway that AKS made is given the address, and nothing else about it is changed", async () => {
  const made = await registered(() => new KubernetesAddress("address", address));
  expect(made.filter(({ type }) => type.startsWith("kubernetes:"))).toEqual([
    {
      type: "kubernetes:core/v1:ServicePatch",
      name: "address",
      inputs: {
        apiVersion: "v1",
        kind: "Service",
        metadata: {
          name: "aks-istio-ingressgateway-external",
          namespace: "aks-istio-ingress",
          annotations: {
            "service.beta.kubernetes.io/azure-load-balancer-resource-group": "group",
            "service.beta.kubernetes.io/azure-pip-name": "address1",
          },
        },
      },
    },
  ]);
});

test("nothing is asked of a gateway that has been closed, and is gone", async () => {
  const options = await optionsOf((opts) => new KubernetesAddress("address", address, opts));
  expect(options.get("kubernetes:core/v1:ServicePatch address")?.retainOnDelete).toBe(true);
});
