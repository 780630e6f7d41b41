import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { errors, jwtVerify, type JWTPayload } from "jose";
import { RequestProblem } from "../problems/problem";
import { bearerOf, unauthorized, type Authenticator } from "./authenticator";
import { SigningKeys, type SigningKeysOptions } from "./signing-keys";

export interface EntraOptions extends Omit<SigningKeysOptions, "url"> {
  readonly tenant: string;
  /** Values of `aud` that are taken. */
  readonly audiences: readonly string[];
  /** A role of the application (`roles`) or a scope (`scp`) that a token must have. */
  readonly role: string;
  /** `https://login.microsoftonline.com`, or that of another cloud. */
  readonly authority: string;
}

/** Clocks may differ by this, in seconds. */
const clockSkew = 60;
/** A token that was checked is not checked again for this long, in milliseconds, nor past its expiry. */
const rememberedMs = 60_000;
const maxRemembered = 1000;

/** Why a token is refused, in words that a client can act on and that repeat nothing of it. */
function faultOfToken(error: unknown): string {
  if (error instanceof errors.JWTExpired) return "The token has expired. Get a new one.";
  if (error instanceof errors.JWTClaimValidationFailed) {
    if (error.claim === "aud") return "The token is for another application. Ask for one for this service.";
    if (error.claim === "iss") return "The token is from another tenant. Get one from this service's tenant.";
    if (error.claim === "nbf") return "The token is not valid yet. Check the clock that it was made by.";
    return `The token's claim "${error.claim}" is missing or not valid. Get a new one.`;
  }
  return "The token is not valid. Get a new one.";
}

function has(role: string, { roles, scp }: JWTPayload): boolean {
  if (Array.isArray(roles) && roles.includes(role)) return true;
  return typeof scp === "string" && scp.split(" ").includes(role);
}

/** Accepts access tokens that Microsoft Entra ID made for this service, with a role or scope. */
export class EntraTokens implements Authenticator {
  private readonly keys: SigningKeys;
  private readonly issuers: string[];
  /** Digests of tokens that were checked, with the time (of `Date.now`) until which that holds. */
  private readonly remembered = new Map<string, number>();

  constructor(private readonly options: EntraOptions) {
    const base = `${options.authority.replace(/\/$/, "")}/${options.tenant}`;
    this.keys = new SigningKeys({ ...options, url: `${base}/discovery/v2.0/keys` });
    // An application takes tokens of version 2 or, as many still do, 1.
    this.issuers = [`${base}/v2.0`, `https://sts.windows.net/${options.tenant}/`];
  }

  check(headers: IncomingHttpHeaders): void | Promise<void> {
    const token = bearerOf(headers);
    if (token === undefined) {
      throw unauthorized(
        "A Microsoft Entra ID token is required. Send it as `authorization: Bearer <token>`.",
      );
    }
    const digest = createHash("sha256").update(token).digest("base64");
    if ((this.remembered.get(digest) ?? 0) > Date.now()) return undefined;
    return this.verify(token, digest);
  }

  close(): void {
    this.remembered.clear();
  }

  private async verify(token: string, digest: string): Promise<void> {
    const payload = await this.payloadOf(token);
    if (payload.tid !== undefined && payload.tid !== this.options.tenant) {
      throw unauthorized(
        "The token is from another tenant. Get one from this service's tenant.",
        "invalid_token",
      );
    }
    if (!has(this.options.role, payload)) {
      throw new RequestProblem(
        "FORBIDDEN",
        `The token has neither the role nor the scope ${this.options.role}. Ask for it to be assigned.`,
        { headers: { "www-authenticate": 'Bearer realm="scoring", error="insufficient_scope"' } },
      );
    }
    const until = Math.min(Date.now() + rememberedMs, (payload.exp ?? 0) * 1000);
    // The oldest goes: a map keeps the order in which its keys came.
    for (const oldest of this.remembered.keys()) {
      if (this.remembered.size < maxRemembered) break;
      this.remembered.delete(oldest);
    }
    this.remembered.delete(digest);
    this.remembered.set(digest, until);
  }

  private async payloadOf(token: string): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, this.keys.get, {
        // One algorithm, whatever the token says: "none" and those with a shared secret are never looked at.
        algorithms: ["RS256"],
        issuer: this.issuers,
        audience: [...this.options.audiences],
        requiredClaims: ["exp", "aud", "iss"],
        clockTolerance: clockSkew,
      });
      return payload;
    } catch (error) {
      if (error instanceof RequestProblem) throw error;
      throw unauthorized(faultOfToken(error), "invalid_token");
    }
  }
}
