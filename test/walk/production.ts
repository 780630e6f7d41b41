import { readdir, readFile } from "node:fs/promises";
import { until } from "../e2e/mlops";
import { kubectl } from "../engine/engine";

const namespace = "mlops-prod";

interface Pod {
  readonly metadata: { readonly name: string; readonly uid: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: {
    readonly containerStatuses?: readonly { readonly ready: boolean; readonly restartCount: number }[];
  };
}

async function podsOf(where: string, selector: string): Promise<readonly Pod[]> {
  const found = await kubectl(
    "get",
    "pods",
    "--namespace",
    where,
    "--selector",
    selector,
    "--output",
    "json",
  );
  return (JSON.parse(found) as { items: Pod[] }).items;
}

const isReady = ({ status: { containerStatuses = [] } }: Pod): boolean =>
  containerStatuses.length > 0 && containerStatuses.every(({ ready }) => ready);

/** Pods of a track of production that answer. */
export async function readyPods(track = "stable"): Promise<readonly Pod[]> {
  return (await podsOf(namespace, `mlops/track=${track}`)).filter(isReady);
}

/** Waits until so many pods of stable are ready, and no others are there. */
export async function untilReady(count: number, limitMs: number): Promise<void> {
  const isSo = async (): Promise<boolean> => {
    const all = await podsOf(namespace, "mlops/track=stable");
    return all.length === count && all.every(isReady);
  };
  await until(isSo, limitMs);
}

/** The node of a pod of production that the gateway is not on, as the gateway of this cluster has one pod alone. */
export async function nodeToDrain(): Promise<string> {
  const gateway = await podsOf("aks-istio-ingress", "istio=aks-istio-ingressgateway-internal");
  const taken = gateway.map(({ spec }) => spec.nodeName);
  const node = (await readyPods()).map(({ spec }) => spec.nodeName).find((name) => !taken.includes(name));
  if (node === undefined) throw new Error("each node of production has the gateway");
  return node;
}

/** Ends a pod's process as a fault of its own would: at once. */
export async function killProcessOf({ metadata: { uid } }: Pod): Promise<void> {
  const marks = [uid, uid.replaceAll("-", "_")];
  for (const id of (await readdir("/proc")).filter((name) => /^\d+$/.test(name))) {
    // A process may end while it is looked at.
    const read = (file: string): Promise<string> => readFile(`/proc/${id}/${file}`, "utf8").catch(() => "");
    const groups = await read("cgroup");
    if (!marks.some((mark) => groups.includes(mark))) continue;
    if (!(await read("cmdline")).includes("server.js")) continue;
    process.kill(Number(id), "SIGKILL");
    return;
  }
  throw new Error(`no process of pod ${uid} is on this machine`);
}

/** How often containers of stable were started anew. */
export async function restarts(): Promise<number> {
  const pods = await podsOf(namespace, "mlops/track=stable");
  return pods
    .flatMap(({ status }) => status.containerStatuses ?? [])
    .reduce((sum, { restartCount }) => sum + restartCount, 0);
}
