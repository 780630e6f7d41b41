import type { EventEmitter } from "node:events";
import type { IncomingMessage } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
import { PlatformError, reasonOf } from "../../base/errors";
import type { WireColumn, WireColumnName } from "./spark-rows";
import type { SparkServer } from "./spark-server";
import { SparkSignIn } from "./spark-sign-in";
import { untilStarted } from "./spark-start";
import { toSparkSql } from "./spark-statement";

type Driver = typeof import("hive-driver");
type Client = InstanceType<Driver["HiveClient"]>;
type Session = Awaited<ReturnType<Client["openSession"]>>;
type Operation = Awaited<ReturnType<Session["executeStatement"]>>;

/** What the driver has made of the protocol, whose types it does not tell. */
interface Protocol {
  readonly TCLIService: object;
  readonly TCLIService_types: ConstructorParameters<Driver["HiveClient"]>[1];
}

/** HIVE_CLI_SERVICE_PROTOCOL_V8: results come by column from V6 on. */
const protocolByColumn = 7;
/** Rows that are asked for at once. */
const rowsPerFetch = 10_000;
/** Between two questions whether a statement has ended; many servers answer later by themselves. */
const pauseMs = { first: 5, longest: 500 };

/** A part of a result, by column. */
export interface WirePart {
  readonly names: readonly WireColumnName[];
  readonly columns: readonly WireColumn[];
}

/** What is before the reason: classes of its program. */
const programWords = /^(?:[\w.$]+(?:Exception|Error): |Error running query: )+/;

/** What Spark says of a failure, without the trace of its program, and how it classes it: `PATH_NOT_FOUND`. */
export function sparkReason(message: string): { readonly reason: string; readonly condition?: string } {
  const [first = ""] = message.split(/\n[ \t]*at /, 1);
  const [, condition] = /\[([A-Z_]+(?:\.[A-Z_]+)*)\]/.exec(first) ?? [];
  const text =
    condition === undefined
      ? first.replace(programWords, "")
      : first.slice(first.lastIndexOf(`[${condition}]`));
  const reason = text.replace(/\s+/g, " ").trim().replace(/\.$/, "").slice(0, 500);
  return { reason, ...(condition !== undefined && { condition }) };
}

/** A session at a Spark server. */
export class SparkSession {
  private isLost = false;
  private isClosing = false;
  private readonly starting = new Set<Promise<unknown>>();
  private readonly running = new Set<Operation>();
  /** Rejects when work is to be stopped. */
  private readonly stopped: Promise<never>;

  private constructor(
    private readonly server: SparkServer,
    private readonly client: Client,
    /** Rejects when the server can no longer be talked to: what was asked of it is not answered then. */
    private readonly lost: Promise<never>,
    private readonly session: Session,
    private readonly signIn: SparkSignIn,
    signal: AbortSignal | undefined,
  ) {
    lost.catch(() => {
      this.isLost = true;
    });
    this.stopped = new Promise<never>((_, reject) => {
      signal?.addEventListener("abort", () => {
        reject(new PlatformError("INTERRUPTED", "The work on data was stopped."));
      });
    });
    this.stopped.catch(() => undefined);
  }

  /** `signal` stops what is being worked on; the session can still be closed then. */
  static open(server: SparkServer, signal?: AbortSignal): Promise<SparkSession> {
    return untilStarted(() => SparkSession.openNow(server, signal), signal);
  }

  private static async openNow(server: SparkServer, signal: AbortSignal | undefined): Promise<SparkSession> {
    // Loaded on use: commands that touch no data start without it.
    const { HiveClient, connections, thrift } = await import("hive-driver");
    const { TCLIService, TCLIService_types } = thrift as Protocol;
    const client = new HiveClient(TCLIService, TCLIService_types);
    const lost = new Promise<never>((_, reject) => {
      client.on("error", (error: unknown) => {
        reject(describeLoss(server, error));
      });
    });
    lost.catch(() => undefined);
    const { protocol, hostname, port, pathname, search } = new URL(server.address);
    const https = protocol === "https:";
    const options = {
      path: `${pathname}${search}`,
      https,
      // The driver would take any certificate.
      nodeOptions: { rejectUnauthorized: true },
    };
    const signIn = await SparkSignIn.of(server);
    const host = hostname.replace(/^\[|\]$/g, "");
    const connection = new connections.HttpConnection();
    await client.connect(
      { host, port: Number(port === "" ? (https ? 443 : 80) : port), options },
      connection,
      signIn,
    );
    refuseOtherAnswers(connection.getConnection() as WireConnection);
    signIn.renewIn((connection.getConnection() as WireConnection).nodeOptions.headers);
    const opening = client.openSession({
      client_protocol: protocolByColumn,
    });
    try {
      return new SparkSession(server, client, lost, await Promise.race([opening, lost]), signIn, signal);
    } catch (error) {
      client.close();
      if (error instanceof PlatformError) throw error;
      throw describeLoss(server, error);
    }
  }

  /** Runs a statement for its effect. */
  async run(sql: string): Promise<void> {
    const operation = await this.execute(sql);
    await this.end(operation);
  }

  /** The result of a statement, part by part. */
  async *parts(sql: string): AsyncGenerator<WirePart> {
    const operation = await this.execute(sql);
    operation.setMaxRows(rowsPerFetch);
    try {
      do {
        await this.signIn.renew();
        await this.answer(operation.fetch());
        const names = (operation.getSchema()?.columns ?? []).map(({ columnName, typeDesc }) => ({
          name: columnName,
          type: typeDesc.types[0]?.primitiveEntry.type,
        }));
        for (const { columns } of operation.getData()) yield { names, columns: columns ?? [] };
        operation.flush();
      } while (operation.hasMoreRows());
    } finally {
      // What has failed is told already.
      if (!this.isLost) await this.end(operation).catch(() => undefined);
    }
  }

  /** Ends what is being worked on, and the session after a last statement; a server that is gone has neither. */
  async close(last?: string): Promise<void> {
    this.isClosing = true;
    const ending = async (): Promise<void> => {
      await this.answer(Promise.allSettled(this.starting));
      for (const operation of this.running) await this.answer(operation.cancel());
      if (last !== undefined) await this.run(last);
      await this.answer(this.session.close());
    };
    if (!this.isLost) await ending().catch(() => undefined);
    this.client.close();
  }

  private async end(operation: Operation): Promise<void> {
    this.running.delete(operation);
    await this.answer(operation.close());
  }

  private async execute(sql: string): Promise<Operation> {
    await this.signIn.renew();
    const operation = await this.answer(this.start(sql));
    for (let pause = pauseMs.first; ; pause = Math.min(2 * pause, pauseMs.longest)) {
      await this.signIn.renew();
      const { errorMessage } = await this.answer(operation.status(false));
      if (operation.finished()) return operation;
      if (errorMessage !== undefined && errorMessage !== null) {
        this.running.delete(operation);
        throw this.failed(errorMessage);
      }
      await delay(pause);
    }
  }

  /** Begins a statement, which is among those that run even if nobody waits for it any longer. */
  private start(sql: string): Promise<Operation> {
    const starting = this.session
      .executeStatement(toSparkSql(sql), { runAsync: true })
      .then((operation) => {
        this.running.add(operation);
        return operation;
      })
      .finally(() => this.starting.delete(starting));
    this.starting.add(starting);
    return starting;
  }

  /** An answer of the server. Throws REMOTE_FAILED when there is none, or when it is that something failed. */
  private async answer<T>(asked: Promise<T>): Promise<T> {
    try {
      return await Promise.race([asked, this.lost, ...(this.isClosing ? [] : [this.stopped])]);
    } catch (error) {
      if (error instanceof PlatformError) throw error;
      throw this.failed(reasonOf(error));
    }
  }

  private failed(message: string): PlatformError {
    const { reason } = sparkReason(message);
    return new PlatformError(
      "REMOTE_FAILED",
      `Spark at ${this.server.address} could not do what was asked: ${reason}. Its log says more.`,
      { cause: new Error(message) },
    );
  }
}

/** What of the driver's connection is not in its types. */
interface WireConnection extends EventEmitter {
  /** What each request is made with. */
  readonly nodeOptions: { readonly headers: Record<string, unknown> };
  responseCallback: (response: IncomingMessage) => void;
}

/** All that is written in the protocol begins with its version. */
const firstByte = 0x80;

/** The driver would wait for ever for the rest of an answer in another protocol, as a server of another kind may give. */
function refuseOtherAnswers(connection: WireConnection): void {
  const take = connection.responseCallback;
  connection.responseCallback = (response) => {
    let isOther = true;
    response.once("data", (chunk: Uint8Array) => {
      isOther = chunk[0] !== firstByte;
    });
    response.once("end", () => {
      if (isOther) connection.emit("error", new Error("what it sends is not HiveServer2's protocol"));
    });
    take.call(connection, response);
  };
}

/** Why there is no answer, in words. */
function describeLoss({ address }: SparkServer, error: unknown): PlatformError {
  const status = (error as { readonly statusCode?: number }).statusCode;
  const remedies: Readonly<Record<number, string>> = {
    401: "It does not know who asks. Check MLOPS_SPARK_TOKEN, or MLOPS_SPARK_USER and MLOPS_SPARK_PASSWORD; of Databricks with MLOPS_SPARK_AUTH, that the identity is in the workspace.",
    403: "Whoever signs in may not use it. Give the right to use it, or sign in as somebody who has it.",
    404: "There is nothing at this path. Check the path of MLOPS_SPARK_ADDRESS.",
    405: "No HiveServer2 is at this path. Check the path of MLOPS_SPARK_ADDRESS.",
  };
  const reason = status === undefined ? reasonOf(error).replace(/\s+/g, " ").trim() : `HTTP ${status}`;
  const remedy =
    (status === undefined ? undefined : remedies[status]) ??
    "Check MLOPS_SPARK_ADDRESS, and that the server runs; then run again. MLOPS_SQL_ENGINE=duckdb works on this machine.";
  return new PlatformError("REMOTE_FAILED", `Spark at ${address} does not answer: ${reason}. ${remedy}`, {
    cause: error,
  });
}
