import { buffer } from "node:stream/consumers";
import { z } from "zod";
import { formatNumber } from "../base/format-number";
import { harmlessText } from "../base/harmless-text";
import { isPrivate } from "../http/address";
import { HttpFault } from "../http/http-fault";
import { RemoteError } from "../http/remote-error";
import { sendRequest } from "../http/send-request";
import type { AzureClient } from "./azure-client";
import { JobHistory, type JobPlace, type JobStep } from "./job-history";

/** Whose log is read. */
export interface JobLogOptions extends JobPlace {
  readonly job: string;
  /** Writes a line. */
  readonly print: (line: string) => void;
}

const detailsSchema = z.object({
  status: z.string().nullish(),
  logFiles: z.record(z.string(), z.string()).nullish(),
});
/** Logs that are shown: what a step's program prints, and what its pipeline says. Others are the service's own. */
const shownLogs = /^(user_logs\/std_log[^/]*\.txt|logs\/azureml\/executionlogs\.txt)$/;
/** States in which a log does not grow any more. */
const ended = /^(Completed|Failed|Canceled|NotResponding)$/;
/** Bytes of one answer. */
const pieceBytes = 4 * 1024 * 1024;

/** The log of a job and of its steps, as it grows. What cannot be read is said once; a job is followed without its log, too. */
export class JobLog {
  /** Bytes that were shown, by the run and its file. */
  private readonly shown = new Map<string, number>();
  private readonly complete = new Set<string>();
  private readonly complaints = new Set<string>();

  private readonly history: JobHistory;

  constructor(
    private readonly client: AzureClient,
    private readonly options: JobLogOptions,
  ) {
    this.history = new JobHistory(client, options);
  }

  /** Writes what has come since the last look. */
  async look(): Promise<void> {
    const { job } = this.options;
    try {
      for (const step of [{ run: job, name: "" }, ...(await this.history.steps(job))])
        await this.lookAt(step);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.complain("log", `The log cannot be read: ${error.message}`);
    }
  }

  /** What the job's steps have measured, a line for each step that has measured something. */
  async metricLines(): Promise<string[]> {
    try {
      const lines: string[] = [];
      for (const step of await this.history.steps(this.options.job)) {
        const metrics = Object.entries(await this.history.metricsOf(step));
        const figures = metrics.map(([key, value]) => `${key} ${formatNumber(value)}`);
        if (figures.length > 0) lines.push(harmlessText(`[${step.name}] ${figures.join(", ")}`));
      }
      return lines;
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      return [`The metrics cannot be read: ${error.message}`];
    }
  }

  private async lookAt(step: Pick<JobStep, "run" | "name">): Promise<void> {
    if (this.complete.has(step.run)) return;
    const { status, logFiles } = await this.client.call({
      what: `The log files of ${step.run}`,
      scope: "management",
      method: "GET",
      url: `${this.history.runUrl(step.run)}/details`,
      answer: detailsSchema,
    });
    const over = ended.test(status ?? "");
    const files = Object.entries(logFiles ?? {}).filter(([file]) => shownLogs.test(file));
    for (const [file, url] of files.sort(([a], [b]) => a.localeCompare(b))) {
      await this.follow(step, { file, url, over });
    }
    if (over) this.complete.add(step.run);
  }

  private async follow(
    step: Pick<JobStep, "run" | "name">,
    { file, url, over }: { file: string; url: string; over: boolean },
  ): Promise<void> {
    const key = `${step.run}/${file}`;
    for (;;) {
      const from = this.shown.get(key) ?? 0;
      const piece = await this.readPiece(url, from, key);
      if (piece === undefined || piece.length === 0) return;
      // A line that is being written is left for the next look.
      const whole = over && piece.length < pieceBytes ? piece.length : piece.lastIndexOf(10) + 1;
      if (whole === 0) return;
      this.shown.set(key, from + whole);
      const prefix = step.name === "" ? "" : `[${step.name}] `;
      const lines = piece.subarray(0, whole).toString("utf8").replace(/\n$/, "").split("\n");
      for (const line of lines) this.options.print(harmlessText(`${prefix}${line.replace(/\r/g, "")}`));
      if (piece.length < pieceBytes) return;
    }
  }

  /** Bytes from a place on; `undefined` when they cannot be had. The address holds a signature, and is never shown. */
  private async readPiece(url: string, from: number, key: string): Promise<Buffer | undefined> {
    if (!isPrivate(url)) return undefined;
    // No token: the address itself is what opens the file.
    const headers = { range: `bytes=${from}-${from + pieceBytes - 1}` };
    try {
      return await sendRequest(
        {
          method: "GET",
          url,
          headers,
          read: async ({ status, body }) => {
            const bytes = await buffer(body);
            return status === 206 ? bytes : bytes.subarray(from, from + pieceBytes);
          },
          idempotent: true,
          signal: this.client.signal,
        },
        this.client.timing,
      );
    } catch (error) {
      if (!(error instanceof HttpFault)) throw error;
      // 416: there is nothing new. 404: there is nothing yet.
      if (error.facts.status !== 416 && error.facts.status !== 404) {
        this.complain(
          key,
          `${key} cannot be read from here: its storage ${error.message}. The job's link shows it.`,
        );
      }
      return undefined;
    }
  }

  private complain(about: string, message: string): void {
    if (this.complaints.has(about)) return;
    this.complaints.add(about);
    this.options.print(message);
  }
}
