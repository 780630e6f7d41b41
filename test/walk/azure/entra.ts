import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createLocalJWKSet, decodeJwt, jwtVerify, type JSONWebKeySet } from "jose";
import { sendJson } from "../../platform/http/http-server";
import type { Call } from "./call";
import type { IdentityInAzure } from "./stack-facts";

const tenantOf = (url: URL): string => url.pathname.split("/")[1] ?? "";
const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
/** A service is known with and without a slash at the end. */
const bare = (audience: string): string => audience.replace(/\/+$/, "");

interface EntraOptions {
  /** The cluster's own keys, with which it signs the tokens of its service accounts. */
  readonly clusterKeys: () => Promise<JSONWebKeySet>;
  /** The identities of the stacks, with the service accounts that each trusts. */
  readonly identities: () => readonly IdentityInAzure[];
}

/**
 * Plays Microsoft Entra ID, as far as its documentation says what a client sees: the token endpoint of an authority, which
 * gives tokens for federated credentials alone, and the endpoint of a managed identity. Every token is for one service.
 */
export class PlayedEntra {
  private readonly secret = randomBytes(32);
  /** Of the endpoint of managed identities: who shows it is one of ours. */
  readonly identityHeader = randomBytes(16).toString("hex");

  constructor(private readonly options: EntraOptions) {}

  /** A token for a service, as the caller's identity. */
  token(audience: string, client: string): string {
    const now = Math.floor(Date.now() / 1000);
    const claims = {
      aud: bare(audience),
      iss: "https://sts.windows.net/00000000-0000-4000-8000-000000000002/",
      iat: now,
      nbf: now - 60,
      exp: now + 3600,
      appid: client,
      oid: client,
      tid: "00000000-0000-4000-8000-000000000002",
    };
    const text = `${encode({ alg: "HS256", typ: "JWT" })}.${encode(claims)}`;
    return `${text}.${this.sign(text)}`;
  }

  /** The client that a request's token names, when it is ours and for one of these services. */
  clientOf({ headers }: IncomingMessage, audiences: readonly string[]): string | undefined {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
    return token === undefined ? undefined : this.clientOfToken(token, audiences);
  }

  clientOfToken(token: string, audiences: readonly string[]): string | undefined {
    const [head, body, signature = ""] = token.split(".");
    const [ours, theirs] = [Buffer.from(this.sign(`${head}.${body}`)), Buffer.from(signature)];
    if (ours.length !== theirs.length || !timingSafeEqual(ours, theirs)) return undefined;
    const { aud, appid } = decodeJwt<{ appid: string }>(token);
    return audiences.includes(String(aud)) ? appid : undefined;
  }

  /** The endpoint that App Service, Container Instances and agents give their identities. */
  answerIdentity(request: { path: string; headers: IncomingMessage["headers"] }, response: ServerResponse) {
    const query = new URL(request.path, "http://localhost").searchParams;
    const resource = query.get("resource") ?? "";
    if (request.headers["x-identity-header"] !== this.identityHeader)
      return sendJson(response, 400, { error: { code: "invalid_request", message: "no header" } });
    const access_token = this.token(resource, query.get("client_id") ?? "agent");
    const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
    sendJson(response, 200, { access_token, expires_on, resource, token_type: "Bearer" });
  }

  /** login.microsoftonline.com: what a client reads of an authority, and its token endpoint. */
  async answerAuthority({ url, body, response }: Call): Promise<void> {
    const authority = `https://login.microsoftonline.com/${tenantOf(url)}`;
    if (url.pathname.endsWith("/discovery/instance")) {
      const endpoint = `${authority}/v2.0/.well-known/openid-configuration`;
      const aliases = ["login.microsoftonline.com", "login.windows.net"];
      const metadata = [{ preferred_network: aliases[0], preferred_cache: aliases[1], aliases }];
      return sendJson(response, 200, { tenant_discovery_endpoint: endpoint, "api-version": "1.1", metadata });
    }
    if (url.pathname.endsWith("/openid-configuration")) {
      const oauth = `${authority}/oauth2/v2.0`;
      return sendJson(response, 200, {
        issuer: `${authority}/v2.0`,
        authorization_endpoint: `${oauth}/authorize`,
        token_endpoint: `${oauth}/token`,
        jwks_uri: `${authority}/discovery/v2.0/keys`,
      });
    }
    if (url.pathname.endsWith("/oauth2/v2.0/token"))
      return this.exchange(new URLSearchParams(body), response);
    sendJson(response, 404, { error: "not_found", error_description: url.pathname });
  }

  /** A service account's token for one of Entra, when the stack has said that the identity trusts the account. */
  private async exchange(form: URLSearchParams, response: ServerResponse): Promise<void> {
    const client = form.get("client_id") ?? "";
    const identity = this.options.identities().find(({ clientId }) => clientId === client);
    try {
      const keys = createLocalJWKSet(await this.options.clusterKeys());
      const { payload } = await jwtVerify(form.get("client_assertion") ?? "", keys, {
        audience: "api://AzureADTokenExchange",
      });
      if (identity?.subjects.includes(payload.sub ?? "") !== true)
        throw new Error(`AADSTS700213: No matching federated identity record for subject '${payload.sub}'`);
    } catch (error) {
      const error_description = error instanceof Error ? error.message : String(error);
      return sendJson(response, 401, { error: "invalid_client", error_description });
    }
    const audience = (form.get("scope") ?? "").replace(/\/\.default$/, "");
    const access_token = this.token(audience, client);
    sendJson(response, 200, { token_type: "Bearer", expires_in: 3599, ext_expires_in: 3599, access_token });
  }

  private sign(text: string): string {
    return createHmac("sha256", this.secret).update(text).digest("base64url");
  }
}
