import cluster from "node:cluster";
import { AggregatorRegistry, type Registry } from "prom-client";

/** A worker's question for the metrics of all, and the answer. */
interface MetricsMessage {
  readonly type: "mlops:metrics";
  readonly id: number;
  readonly text?: string;
  readonly failure?: string;
}

function isMetricsMessage(message: unknown): message is MetricsMessage {
  return (message as { type?: unknown } | null)?.type === "mlops:metrics";
}

/** In the primary process: answers the workers with the sum of the metrics of all. */
export function serveClusterMetrics(): void {
  const aggregator = new AggregatorRegistry();
  cluster.on("message", (worker, message: unknown) => {
    if (!isMetricsMessage(message)) return;
    const { type, id } = message;
    aggregator.clusterMetrics().then(
      (text) => worker.send({ type, id, text }),
      (error: Error) => worker.send({ type, id, failure: error.message }),
    );
  });
}

/** In a worker: a reader of the metrics of all workers, with which any of them can answer. */
export function clusterMetricsReader(registry: Registry): () => Promise<string> {
  AggregatorRegistry.setRegistries(registry);
  // Makes this process answer the primary's questions.
  new AggregatorRegistry();
  const waiting = new Map<number, (message: MetricsMessage) => void>();
  let asked = 0;
  process.on("message", (message: unknown) => {
    if (!isMetricsMessage(message)) return;
    waiting.get(message.id)?.(message);
    waiting.delete(message.id);
  });
  return () =>
    new Promise((resolve, reject) => {
      const id = (asked += 1);
      waiting.set(id, ({ text, failure }) => {
        if (text !== undefined) resolve(text);
        else reject(new Error(failure ?? "The metrics of the other workers are not available."));
      });
      process.send?.({ type: "mlops:metrics", id } satisfies MetricsMessage);
    });
}
