import type { SparkServer } from "./spark-server";

/** A token is asked for again after so long; Azure's tokens are valid for five minutes at least when they are given. */
const renewedAfterMs = 4 * 60_000;

/** What the driver sends its requests by. */
interface Transport {
  setOptions(option: string, value: unknown): void;
}

/** How a session says who asks, as the driver's authentication. */
export class SparkSignIn {
  private renewedAt = Date.now();
  private headers: Record<string, unknown> | undefined;

  private constructor(
    private header: string,
    private readonly tokens: SparkServer["tokens"],
  ) {}

  /** Throws what the identity throws when it gives no token. */
  static async of({
    token,
    tokens,
    user = "anonymous",
    password = "anonymous",
  }: SparkServer): Promise<SparkSignIn> {
    const basic = (): string => `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`;
    const bearer = tokens === undefined ? token : await tokens();
    return new SparkSignIn(bearer === undefined ? basic() : `Bearer ${bearer}`, tokens);
  }

  /** Called by the driver before it connects. */
  authenticate<T extends Transport>(transport: T): Promise<T> {
    transport.setOptions("headers", { Authorization: this.header });
    return Promise.resolve(transport);
  }

  /** Headers of requests that are made from now on, which are kept up to date. */
  renewIn(headers: Record<string, unknown>): void {
    this.headers = headers;
  }

  /** Takes a new token where the last one may end soon. */
  async renew(): Promise<void> {
    if (this.tokens === undefined || Date.now() - this.renewedAt < renewedAfterMs) return;
    this.header = `Bearer ${await this.tokens()}`;
    this.renewedAt = Date.now();
    if (this.headers) this.headers.Authorization = this.header;
  }
}
