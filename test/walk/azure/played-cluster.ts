import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { kubectl } from "../../engine/engine";
import { isAzure } from "./hosts";
import type { PlayedAzure } from "./played-azure";
import { webhookObject } from "./workload-identity";

const name = "played-azure-workload-identity";

/** Gives the cluster what AKS has of its own: pods become identities of Azure's, and reach its services. */
export class PlayedCluster {
  static async open(azure: PlayedAzure, address: string): Promise<PlayedCluster> {
    azure.way = {
      ...{ address, isAzure },
      certificate: azure.certificate,
      tenantId: "00000000-0000-4000-8000-000000000002",
      clientIdOf: (namespace, account) =>
        kubectl(
          ...["get", "serviceaccount", account, "--namespace", namespace, "--output"],
          "jsonpath={.metadata.annotations['azure\\.workload\\.identity/client-id']}",
        ),
      // A release waits for what pods tell: theirs is told sooner than each minute.
      variables: { OTEL_METRIC_EXPORT_INTERVAL: "5000" },
    };
    const object = webhookObject(name, `https://${address}/mutate`, azure.certificate);
    await apply(object);
    return new PlayedCluster();
  }

  async close(): Promise<void> {
    await kubectl("delete", "mutatingwebhookconfiguration", name, "--ignore-not-found");
  }
}

async function apply(object: object): Promise<void> {
  const child = promisify(execFile)("kubectl", [
    ...["--kubeconfig", process.env.ENGINE_KUBECONFIG ?? ""],
    ...["apply", "--server-side", "--force-conflicts", "-f", "-"],
  ]);
  child.child.stdin?.end(JSON.stringify(object));
  await child;
}
