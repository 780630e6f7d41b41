import { createHmac, createPublicKey, generateKeyPairSync, sign, type KeyObject } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { EntraTokens, type EntraOptions } from "../../../../scoring/auth/entra-tokens";
import { RequestProblem } from "../../../../scoring/problems/problem";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { row, writeCostModel } from "../../model-fixture";
import { usePrograms } from "../../process/scoring-program";

const tenant = "0f0e0d0c-0b0a-4908-8706-050403020100";
const audience = "api://scoring";
const role = "Scores.Read";

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly jwk: object;
}

function newKey(kid: string): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { kid, privateKey, jwk: { ...publicKey.export({ format: "jwk" }), kid, use: "sig" } };
}

const [first, second, stranger] = [newKey("first"), newKey("second"), newKey("first")];

const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");

const seconds = (): number => Math.floor(Date.now() / 1000);

/** The endpoint of an issuer that publishes its keys. */
class Issuer {
  keys: object[] = [first.jwk];
  down = false;
  asked = 0;
  private readonly server: Server = createServer((request, response) => {
    this.asked += 1;
    const known = request.url === `/${tenant}/discovery/v2.0/keys` && !this.down;
    response.writeHead(known ? 200 : 503, { "content-type": "application/json" });
    response.end(JSON.stringify({ keys: known ? this.keys : undefined }));
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return this;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  claims(changes: object = {}): object {
    const now = seconds();
    const [iss, roles] = [`${this.url}/${tenant}/v2.0`, [role]];
    return { aud: audience, iss, iat: now, nbf: now, exp: now + 600, tid: tenant, roles, ...changes };
  }

  token(changes: object = {}, { kid, privateKey }: SigningKey = first): string {
    const content = `${encode({ alg: "RS256", typ: "JWT", kid })}.${encode(this.claims(changes))}`;
    return `${content}.${sign("RSA-SHA256", Buffer.from(content), privateKey).toString("base64url")}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

let issuer: Issuer;
const reports: string[] = [];

beforeEach(async () => {
  issuer = await new Issuer().start();
  reports.length = 0;
});

afterEach(() => issuer.stop());

function open(options: Partial<EntraOptions> = {}): EntraTokens {
  const report = (message: string): void => void reports.push(message);
  return new EntraTokens({ tenant, audiences: [audience], role, authority: issuer.url, report, ...options });
}

/** What the answer to a request with the token would be. */
async function answer(tokens: EntraTokens, token: string): Promise<string> {
  try {
    await tokens.check({ authorization: `Bearer ${token}` });
    return "200";
  } catch (error) {
    if (!(error instanceof RequestProblem)) throw error;
    expect(error.message).not.toContain(token);
    return `${error.status} ${error.message}`;
  }
}

describe("a token of Entra ID", () => {
  test.each<[string, object]>([
    ["with the role", {}],
    ["with the role among others", { roles: ["Other", role] }],
    ["with a scope of that name", { roles: undefined, scp: `user.read ${role}` }],
    ["of version 1", { iss: `https://sts.windows.net/${tenant}/`, ver: "1.0" }],
    ["that expired a moment ago, as clocks differ", { exp: seconds() - 10 }],
    ["that is valid from a moment on", { nbf: seconds() + 30 }],
    ["for several audiences", { aud: ["other", audience] }],
  ])("%s is accepted", async (_name, changes) => {
    expect(await answer(open(), issuer.token(changes))).toBe("200");
  });

  test.each<[string, object, string]>([
    ["for another audience", { aud: "api://other" }, "401 The token is for another application."],
    ["for no audience", { aud: undefined }, "401 The token is for another application."],
    ["that has expired", { exp: seconds() - 120 }, "401 The token has expired."],
    ["that never expires", { exp: undefined }, '401 The token\'s claim "exp" is missing'],
    ["that is not valid yet", { nbf: seconds() + 3600 }, "401 The token is not valid yet."],
    ["of another issuer", { iss: "https://example.com/v2.0" }, "401 The token is from another tenant."],
    ["of another tenant", { tid: "another" }, "401 The token is from another tenant."],
    [
      "without the role",
      { roles: ["Scores.Write"] },
      `403 The token has neither the role nor the scope ${role}.`,
    ],
    ["with a role that only begins so", { roles: [`${role}.All`] }, "403 "],
    ["with the role as a text", { roles: role }, "403 "],
    ["with a scope that only begins so", { roles: undefined, scp: `${role}.All` }, "403 "],
    ["without any role", { roles: undefined }, "403 "],
  ])("%s is refused", async (_name, changes, expected) => {
    expect(await answer(open(), issuer.token(changes))).toContain(expected);
  });

  test("that is not signed, or not by the issuer's key, is refused whatever it says of itself", async () => {
    const tokens = open();
    const refused = "401 The token is not valid. Get a new one.";
    const claims = encode(issuer.claims());
    // No signature at all.
    expect(await answer(tokens, `${encode({ alg: "none", kid: "first" })}.${claims}.`)).toBe(refused);
    // The public key, which everyone has, taken for a shared secret.
    const content = `${encode({ alg: "HS256", kid: "first" })}.${claims}`;
    const pem = createPublicKey(first.privateKey).export({ format: "pem", type: "spki" });
    const mac = createHmac("sha256", pem).update(content).digest("base64url");
    expect(await answer(tokens, `${content}.${mac}`)).toBe(refused);
    // Another key under the same id.
    expect(await answer(tokens, issuer.token({}, stranger))).toBe(refused);
    // A key that the token brings itself.
    const own = `${encode({ alg: "RS256", kid: "own", jwk: stranger.jwk })}.${claims}`;
    const signature = sign("RSA-SHA256", Buffer.from(own), stranger.privateKey).toString("base64url");
    expect(await answer(tokens, `${own}.${signature}`)).toBe(refused);
    // Claims changed after they were signed.
    const [head = "", , tail = ""] = issuer.token({ roles: [] }).split(".");
    expect(await answer(tokens, `${head}.${claims}.${tail}`)).toBe(refused);
    for (const text of ["x", "a.b.c", "..", `${claims}.${claims}.${claims}`]) {
      expect(await answer(tokens, text)).toBe(refused);
    }
  });
});

test("a new key of the issuer is fetched when a token names it, and an invented one is not asked for again and again", async () => {
  const tokens = open({ pauseMs: 50 });
  expect(await answer(tokens, issuer.token())).toBe("200");
  issuer.keys = [second.jwk];
  await new Promise((resolve) => setTimeout(resolve, 60));
  expect(await answer(tokens, issuer.token({}, second))).toBe("200");
  expect(issuer.asked).toBe(2);
  // The key before is the issuer's no more.
  expect(await answer(tokens, issuer.token({ jti: "2" }))).toBe("401 The token is not valid. Get a new one.");
  const asked = issuer.asked;
  const unknown = Array.from({ length: 50 }, (_, index) =>
    issuer.token({}, { ...stranger, kid: `k${index}` }),
  );
  await Promise.all(unknown.map((token) => answer(tokens, token)));
  expect(issuer.asked - asked).toBeLessThanOrEqual(1);
});

test("while the issuer is down known keys go on, and without any the answer is 503", async () => {
  issuer.down = true;
  const tokens = open({ pauseMs: 0, freshMs: 0 });
  expect(await answer(tokens, issuer.token())).toBe(
    "503 The keys for checking tokens cannot be fetched. Try again later.",
  );
  issuer.down = false;
  expect(await answer(tokens, issuer.token())).toBe("200");
  issuer.down = true;
  for (const jti of ["1", "2", "3"]) expect(await answer(tokens, issuer.token({ jti }))).toBe("200");
  expect(reports[0]).toMatch(
    /cannot be fetched\. .* The issuer of tokens \(127\.0\.0\.1:\d+\) returned HTTP 503\./,
  );
  expect(reports[1]).toBe("The keys for checking tokens can be fetched again.");
});

test("a token that was accepted is not checked again for a while, but not past its expiry", async () => {
  const tokens = open();
  const token = issuer.token({ exp: seconds() + 600 });
  await tokens.check({ authorization: `Bearer ${token}` });
  expect(tokens.check({ authorization: `Bearer ${token}` })).toBeUndefined();
  const expired = issuer.token({ exp: seconds() - 10 });
  expect(await answer(tokens, expired)).toBe("200");
  expect(tokens.check({ authorization: `Bearer ${expired}` })).toBeInstanceOf(Promise);
});

describe("a scoring process", () => {
  const start = usePrograms();
  const folder = useTemporaryFolder();

  test("answers 401 and 403 with a challenge, and no token gets into what it writes", async () => {
    await writeCostModel(folder("model"));
    const program = start({
      MLOPS_MODEL_DIRECTORY: folder("model"),
      MLOPS_AUTH: "entra",
      MLOPS_ENTRA_TENANT: tenant,
      MLOPS_ENTRA_AUDIENCE: `other,${audience}`,
      MLOPS_ENTRA_ROLE: role,
      MLOPS_ENTRA_AUTHORITY: issuer.url,
      MLOPS_LOG_LEVEL: "trace",
    });
    const url = `http://127.0.0.1:${await program.port()}`;
    const given: string[] = [];
    const score = (token: string): Promise<Response> => {
      given.push(token.split(".").at(-1) ?? token);
      return fetch(`${url}/score`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify({ data: [row] }),
      });
    };
    expect((await score(issuer.token())).status).toBe(200);
    const expired = await score(issuer.token({ exp: 1 }));
    expect(expired.status).toBe(401);
    expect(expired.headers.get("www-authenticate")).toBe('Bearer realm="scoring", error="invalid_token"');
    expect(await expired.json()).toMatchObject({ code: "UNAUTHORIZED" });
    const powerless = await score(issuer.token({ roles: [] }));
    expect(powerless.status).toBe(403);
    expect(powerless.headers.get("www-authenticate")).toBe(
      'Bearer realm="scoring", error="insufficient_scope"',
    );
    expect(await powerless.json()).toMatchObject({ code: "FORBIDDEN" });
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    for (const signature of given) expect(program.output).not.toContain(signature);
  });
});
