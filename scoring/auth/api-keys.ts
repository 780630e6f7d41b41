import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { bearerOf, unauthorized, type Authenticator } from "./authenticator";

/** The keys of the service. While they are changed, clients may use either. */
export interface KeyPair {
  readonly primary: string;
  readonly secondary?: string;
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}

/** The keys that are accepted now, by their digests: equal in length, so that a comparison takes the same time for all. */
export class ApiKeys implements Authenticator {
  private digests: readonly Buffer[];

  constructor(
    keys: KeyPair,
    /** Ends what brings new keys. */
    private readonly stop: () => void = () => undefined,
  ) {
    this.digests = ApiKeys.digestsOf(keys);
  }

  /** Accepts these keys from now on, and no other. Answers whether they differ from those before. */
  replace(keys: KeyPair): boolean {
    const digests = ApiKeys.digestsOf(keys);
    const same =
      digests.length === this.digests.length &&
      digests.every((digest, index) => this.digests[index]?.equals(digest) === true);
    this.digests = digests;
    return !same;
  }

  check(headers: IncomingHttpHeaders): void {
    const header = headers["x-api-key"];
    const key = bearerOf(headers) ?? (typeof header === "string" ? header : undefined);
    if (key === undefined) {
      throw unauthorized(
        "A key is required. Send it as `authorization: Bearer <key>` or as `x-api-key: <key>`.",
      );
    }
    const digest = digestOf(key);
    let known = false;
    // No early exit: how long it takes does not tell which key it was.
    for (const accepted of this.digests) known = timingSafeEqual(accepted, digest) || known;
    if (!known)
      throw unauthorized("The key is not valid. Ask the operator of the service for one.", "invalid_token");
  }

  close(): void {
    this.stop();
  }

  private static digestsOf({ primary, secondary }: KeyPair): Buffer[] {
    return secondary === undefined ? [digestOf(primary)] : [digestOf(primary), digestOf(secondary)];
  }
}
