import { z } from "zod";
import { HttpClient } from "../../http/http-client";
import { RemoteError } from "../../http/remote-error";

/** A token is renewed when it has this time to live or less. */
const spareMs = 5 * 60_000;
/** After an attempt that failed, the token that is there serves this long before another. */
const restMs = 60_000;

const answerSchema = z.object({ token: z.string().min(1), expiryTimeUtc: z.string().nullish() });
const claimsSchema = z.object({ exp: z.number() });

/** When a token ends, in milliseconds, as it says itself (RFC 7519); undefined when it does not. */
function endOf(token: string): number | undefined {
  const claims = Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8");
  try {
    const { data } = claimsSchema.safeParse(JSON.parse(claims));
    return data && data.exp * 1000;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/**
 * The token of a run in Azure Machine Learning, which lives for less than the run may. It gets a new one from the
 * run's own record before it ends, or when it was refused. Nobody else's identity is needed for that.
 */
export class RunToken {
  private end: number | undefined;
  private rest = 0;
  private renewal: Promise<void> | undefined;
  private readonly client = new HttpClient({
    name: "MLflow",
    code: "MLFLOW_FAILED",
    timing: { attempts: 3 },
    token: () => Promise.resolve(this.token),
  });

  constructor(
    private token: string,
    private readonly url: string,
  ) {
    this.end = endOf(token);
  }

  async get(refused?: string): Promise<string> {
    const now = Date.now();
    const ending = this.end !== undefined && this.end - now < spareMs && now >= this.rest;
    if (refused === this.token || ending) {
      // Several calls at once renew it once.
      this.renewal ??= this.renew().finally(() => (this.renewal = undefined));
      await this.renewal;
    }
    return this.token;
  }

  private async renew(): Promise<void> {
    try {
      const answer = await this.client.call({
        what: "The run's token",
        method: "GET",
        url: this.url,
        answer: answerSchema,
      });
      this.token = answer.token;
      const end = Date.parse(answer.expiryTimeUtc ?? "");
      this.end = endOf(answer.token) ?? (Number.isNaN(end) ? undefined : end);
    } catch (error) {
      // The token that is there may still be taken; if it is not, the call that it is for says so.
      if (!(error instanceof RemoteError)) throw error;
      this.rest = Date.now() + restMs;
    }
  }
}
