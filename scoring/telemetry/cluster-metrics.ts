import cluster, { type Worker } from "node:cluster";
import { MetricTotals, type MetricValues } from "./metric-totals";
import type { MessageOfPrimary, MessageOfWorker } from "./worker-metrics";

/** Longest time for a worker to give its metrics, in milliseconds; a busy one then counts as it last said. */
const giveMs = 2000;

/** A question to the workers that are there, and their answers so far. */
interface Question {
  readonly answers: Map<number, MetricValues>;
  readonly missing: Set<number>;
  readonly end: () => void;
}

/** In the primary process: the metrics of all workers, for whichever is asked. */
class ClusterMetrics {
  private readonly totals = new MetricTotals();
  private readonly questions = new Map<number, Question>();
  private asked = 0;

  /** A message of a worker, of which some are about other things. */
  take(worker: Worker, message: MessageOfWorker | null): void {
    if (message?.type === "mlops:counted") {
      this.totals.counted(worker.id, message.metrics);
    } else if (message?.type === "mlops:metrics") {
      const { question, metrics } = message;
      this.totals.counted(worker.id, metrics);
      this.questions.get(question)?.answers.set(worker.id, metrics);
      this.excuse(worker.id, question);
    } else if (message?.type === "mlops:ask") {
      const { id } = message;
      void this.ask().then((text) => send(worker, { type: "mlops:sum", id, text }));
    }
  }

  /** A worker is gone, and all that it has sent has been read. */
  end(worker: number): void {
    for (const [id, { answers }] of this.questions) {
      // It is added as one that has ended.
      answers.delete(worker);
      this.excuse(worker, id);
    }
    this.totals.end(worker);
  }

  private async ask(): Promise<string> {
    const workers = Object.values(cluster.workers ?? {}).filter((worker) => worker?.isConnected() === true);
    const question = (this.asked += 1);
    const answers = new Map<number, MetricValues>();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, giveMs);
      const end = (): void => {
        clearTimeout(timer);
        resolve();
      };
      const missing = new Set(workers.map((worker) => worker?.id ?? 0));
      this.questions.set(question, { answers, missing, end });
      for (const worker of workers) if (worker) send(worker, { type: "mlops:give", question });
    });
    this.questions.delete(question);
    return this.totals.text(answers);
  }

  /** Nothing more is to come from a worker for a question. */
  private excuse(worker: number, id: number): void {
    const question = this.questions.get(id);
    question?.missing.delete(worker);
    if (question?.missing.size === 0) question.end();
  }
}

function send(worker: Worker, message: MessageOfPrimary): void {
  // One that has just ended cannot be told; that it has is heard by itself.
  if (worker.isConnected()) worker.send(message, () => undefined);
}

/** Answers the workers with the sum of the metrics of all. Call it before the first is started. */
export function serveClusterMetrics(): void {
  const metrics = new ClusterMetrics();
  cluster.on("message", (worker, message: MessageOfWorker | null) => metrics.take(worker, message));
  // Comes after the last of its messages, unlike "exit".
  cluster.on("disconnect", (worker) => metrics.end(worker.id));
}
