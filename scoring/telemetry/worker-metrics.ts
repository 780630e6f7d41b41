import type { Registry } from "prom-client";
import { countedIn, type MetricValues } from "./metric-totals";

/** What a worker tells its primary: what it has counted so far, its answer to a question, and a question of its own. */
export type MessageOfWorker =
  | { readonly type: "mlops:counted"; readonly metrics: MetricValues }
  | { readonly type: "mlops:metrics"; readonly question: number; readonly metrics: MetricValues }
  | { readonly type: "mlops:ask"; readonly id: number };

/** What the primary tells a worker: give your metrics, and here is the sum of all. */
export type MessageOfPrimary =
  | { readonly type: "mlops:give"; readonly question: number }
  | { readonly type: "mlops:sum"; readonly id: number; readonly text: string };

/**
 * How often the primary is told what was counted, in milliseconds: as much as that is lost when a worker is killed. Telling
 * it takes a fraction of a millisecond, and happens only when there is something new.
 */
const tellMs = 250;
/** Longest time for the primary to answer, in milliseconds: more than it gives the workers. */
const answerMs = 5000;

/** The metrics of a worker, which are those of all workers to whoever asks it. */
export interface WorkerMetrics {
  /** Prometheus' text of all workers, those that have ended included. */
  read(): Promise<string>;
  /** Tells the primary the last of what was counted, before this worker ends. */
  tellLast(): Promise<void>;
}

const send = (message: MessageOfWorker): Promise<void> =>
  // The primary may be gone, which ends this process anyway.
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(message, () => resolve());
  });

/** In a worker: takes part in the metrics of all. */
export function openWorkerMetrics(registry: Registry): WorkerMetrics {
  const waiting = new Map<number, (text: string) => void>();
  let asked = 0;
  let told = "";
  const tell = async (): Promise<void> => {
    const metrics = await countedIn(registry);
    const scored = JSON.stringify(metrics.filter(({ name }) => name.startsWith("mlops_")));
    // The process's own, such as its processor time, change all the time.
    if (scored === told) return;
    told = scored;
    await send({ type: "mlops:counted", metrics });
  };
  process.on("message", (message: MessageOfPrimary | null) => {
    if (message?.type === "mlops:sum") {
      waiting.get(message.id)?.(message.text);
    } else if (message?.type === "mlops:give") {
      const { question } = message;
      void registry.getMetricsAsJSON().then((metrics) => send({ type: "mlops:metrics", question, metrics }));
    }
  });
  setInterval(() => void tell(), tellMs).unref();
  return {
    read: () =>
      new Promise((resolve, reject) => {
        const id = (asked += 1);
        const end = (settle: () => void): void => {
          clearTimeout(timer);
          waiting.delete(id);
          settle();
        };
        const late = new Error("The primary process did not give the metrics of all workers in time.");
        const timer = setTimeout(() => end(() => reject(late)), answerMs).unref();
        waiting.set(id, (text) => end(() => resolve(text)));
        void send({ type: "mlops:ask", id });
      }),
    tellLast: tell,
  };
}
