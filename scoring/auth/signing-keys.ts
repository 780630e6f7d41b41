import { hourMs } from "../../platform/base/durations";
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { z } from "zod";
import { reasonOf } from "../../platform/base/errors";
import { HttpClient } from "../../platform/http/http-client";
import { RequestProblem } from "../problems/problem";

export interface SigningKeysOptions {
  readonly url: string;
  /** Is told, in a sentence, that the keys cannot be fetched, and that they can again. */
  readonly report: (message: string) => void;
  /** Age from which the keys are fetched again, in milliseconds. */
  readonly freshMs?: number;
  /** Minimum time between two attempts, in milliseconds: inventing key ids does not make the service ask more often. */
  readonly pauseMs?: number;
}

/** A key as RFC 7517 has it; jose checks the rest where it is used. */
const keysSchema = z.object({
  keys: z.array(z.looseObject({ kty: z.string(), use: z.string().exactOptional() })),
});

/** Clients wait for the keys, and ask again by themselves: one attempt, and a short one. */
const issuer = new HttpClient({
  name: "The issuer of tokens",
  code: "REMOTE_FAILED",
  timing: { attempts: 1, timeoutMs: 5000 },
});

async function fetchKeys(url: string): Promise<JSONWebKeySet> {
  const { keys } = await issuer.call({
    what: "The list of keys",
    method: "GET",
    url,
    answer: keysSchema,
  });
  // Only keys that sign by RSA: one of another kind under a known id has no place here.
  return { keys: keys.filter(({ kty, use }) => kty === "RSA" && (use === undefined || use === "sig")) };
}

/** The public keys of an issuer (JWKS), as it rotates them. Those fetched last stay good while it cannot be reached. */
export class SigningKeys {
  private find: ReturnType<typeof createLocalJWKSet> | undefined;
  private fetchedAt = -Infinity;
  private triedAt = -Infinity;
  private fetching: Promise<void> | undefined;
  private failing = false;

  constructor(private readonly options: SigningKeysOptions) {}

  /** The key that a token names; throws AUTH_UNAVAILABLE while no key could ever be fetched. */
  readonly get: JWTVerifyGetKey = async (header, token) => {
    const { freshMs = hourMs } = this.options;
    // Old keys still do while new ones are fetched; without any there is nothing but to wait.
    if (this.find === undefined) await this.refresh();
    else if (performance.now() - this.fetchedAt > freshMs) void this.refresh();
    if (this.find === undefined) {
      throw new RequestProblem(
        "AUTH_UNAVAILABLE",
        "The keys for checking tokens cannot be fetched. Try again later.",
        { headers: { "retry-after": "10" } },
      );
    }
    try {
      return await this.find(header, token);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      // The issuer may have a new key.
      await this.refresh();
      return this.find(header, token);
    }
  };

  /** Never rejects. */
  private refresh(): Promise<void> {
    const { pauseMs = 10_000 } = this.options;
    if (this.fetching === undefined && performance.now() - this.triedAt < pauseMs) return Promise.resolve();
    this.fetching ??= this.fetch().finally(() => (this.fetching = undefined));
    return this.fetching;
  }

  private async fetch(): Promise<void> {
    this.triedAt = performance.now();
    try {
      this.find = createLocalJWKSet(await fetchKeys(this.options.url));
      this.fetchedAt = performance.now();
      if (this.failing) this.options.report("The keys for checking tokens can be fetched again.");
      this.failing = false;
    } catch (error) {
      const reason = reasonOf(error);
      if (!this.failing) {
        this.options.report(`The keys for checking tokens cannot be fetched. ${reason}`);
      }
      this.failing = true;
    }
  }
}
