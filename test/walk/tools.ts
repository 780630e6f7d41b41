import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describeEngine, kubectl } from "../engine/engine";
import { skipReason as noContainers } from "../containers/engine";

/** Name of the gateway inside the network, as the Istio add-on of AKS has it. */
const gateway = { name: "aks-istio-ingressgateway-internal", namespace: "aks-istio-ingress" } as const;

/** Whether the API server's nodes run containers, behind a gateway; on nodes that are played nothing answers. */
function findClusterFault(): string | undefined {
  const kubeconfig = process.env.ENGINE_KUBECONFIG ?? "";
  if (!existsSync(kubeconfig)) return "ENGINE_KUBECONFIG names no kubeconfig";
  try {
    const words = ["get", "service", gateway.name, "--namespace", gateway.namespace, "--output", "name"];
    execFileSync("kubectl", ["--kubeconfig", kubeconfig, ...words], { stdio: "ignore" });
    return undefined;
  } catch {
    return `the cluster of ENGINE_KUBECONFIG has no ${gateway.name} in ${gateway.namespace}`;
  }
}

/** Address of an MLflow server of the walk's own: it registers models there. */
export const mlflow = process.env.MLFLOW_TEST_URI ?? "";
const noServer = mlflow === "" ? "MLFLOW_TEST_URI is not set" : undefined;

/** Why the walk cannot be taken here; undefined when it can. */
const skipReason = noContainers ?? noServer ?? findClusterFault();

/** The walk, or what it needs and does not find. */
export function describeWalk(name: string, tests: () => void): void {
  if (skipReason === undefined) describeEngine(name, tests);
  else describe.skip(`${name} (${skipReason})`, tests);
}

/** Address of this machine at which the API server is, and which pods reach, too. */
export async function hostAddress(): Promise<string> {
  return new URL(await kubectl("config", "view", "--output", "jsonpath={.clusters[0].cluster.server}"))
    .hostname;
}

/** Where a client outside the cluster reaches the gateway. */
export function gatewayAddress(): Promise<string> {
  const { name, namespace } = gateway;
  return kubectl("get", "service", name, "--namespace", namespace, "--output", "jsonpath={.spec.clusterIP}");
}
