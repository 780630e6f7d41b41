import { createHash, createPublicKey, generateKeyPairSync, sign, verify } from "node:crypto";
import { Agent, createServer, type Server } from "node:https";
import type { AddressInfo } from "node:net";
import { readSigningKey } from "../../../platform/signing/signing-keys";
import { useIdentityEndpoint } from "../azure/identity-endpoint";
import { makeCertificate } from "../http/certificate";
import { publicKeyP256Pem, signingKeyP256Pem, signingKeyPem } from "./signing-fixture";

const own = { ...process.env };
let server: Server;
let asked: string[];
const identity = useIdentityEndpoint();

/** Lets Azure's clients, which make agents of their own, take the server's certificate. */
function trust(ca: string): void {
  const create = Reflect.get(Agent.prototype, "createConnection");
  jest.spyOn(Agent.prototype, "createConnection").mockImplementation(function (this: Agent, options, done) {
    return Reflect.apply(create, this, [{ ...options, ca }, done]);
  });
}

/**
 * Answers as a vault does: with a challenge that says where to get a token, then with a key's public half, a signature in
 * two numbers (Azure Key Vault REST API 7.x, "Sign"), or a secret.
 */
async function openVault(jwk: object = createPublicKey(publicKeyP256Pem).export({ format: "jwk" })) {
  const certificate = await makeCertificate("localhost");
  trust(certificate.cert);
  server = createServer(certificate, (request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const send = (status: number, content: object, headers: Record<string, string> = {}): void => {
        response.writeHead(status, { "content-type": "application/json", ...headers });
        response.end(JSON.stringify(content));
      };
      if (request.headers.authorization !== "Bearer token") {
        const challenge = `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`;
        return send(401, { error: { code: "Unauthorized" } }, { "www-authenticate": challenge });
      }
      const [path = ""] = (request.url ?? "").split("?");
      asked.push(`${request.method} ${path}`);
      const kid = `https://localhost:${(server.address() as AddressInfo).port}/keys/signing/v7`;
      if (path === "/secrets/signing/")
        return send(200, { value: signingKeyPem, id: "https://localhost/secrets/signing/1", attributes: {} });
      if (path === "/keys/signing/" || path === "/keys/signing/v7")
        return send(200, {
          key: { ...jwk, kid, key_ops: ["sign", "verify"] },
          attributes: { enabled: true },
        });
      if (path !== "/keys/signing/v7/sign")
        return send(404, { error: { code: "KeyNotFound", message: "No key." } });
      const { alg, value } = JSON.parse(text) as { alg: string; value: string };
      expect([alg, Buffer.from(value, "base64url").length]).toEqual(["ES256", 32]);
      return send(200, { kid, value: signDigest(value) });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "localhost", resolve));
  return `https://localhost:${(server.address() as AddressInfo).port}`;
}

/** The one text that these tests sign, as the vault is told of it by its digest. */
const data = Buffer.from("signed");
function signDigest(digest: string): string {
  expect(digest).toBe(createHash("sha256").update(data).digest("base64url"));
  return sign("sha256", data, { key: signingKeyP256Pem, dsaEncoding: "ieee-p1363" }).toString("base64url");
}

beforeEach(async () => {
  asked = [];
  Object.assign(process.env, await identity("https://vault.azure.net", "token"));
});
afterEach(async () => {
  process.env = { ...own };
  jest.restoreAllMocks();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

test("a key that stays in its vault signs there, by its newest version, in the form that others verify", async () => {
  const key = await readSigningKey(`${await openVault()}/keys/signing`);
  expect(key.publicKey.export({ type: "spki", format: "pem" })).toBe(publicKeyP256Pem);
  expect(verify("sha256", data, publicKeyP256Pem, await key.sign(data))).toBe(true);
  expect(asked.filter((line) => line.startsWith("POST"))).toEqual(["POST /keys/signing/v7/sign"]);
});

test("a secret holds the text of a key", async () => {
  const key = await readSigningKey(`${await openVault()}/secrets/signing`);
  expect(verify(null, data, key.publicKey, await key.sign(data))).toBe(true);
});

test("a key of another kind is refused with the command that makes the right one", async () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).publicKey.export({ format: "jwk" });
  await expect(readSigningKey(`${await openVault(rsa)}/keys/signing`)).rejects.toMatchObject({
    code: "SETTINGS_INVALID",
    message: expect.stringMatching(/a key of the kind RSA .*--curve P-256/) as string,
  });
});

test("a key that is not there is told with the role to have", async () => {
  await expect(readSigningKey(`${await openVault()}/keys/other`)).rejects.toMatchObject({
    code: "AZURE_FAILED",
    message: expect.stringMatching(
      /cannot be used at https:.*keys\/other: .*"Key Vault Crypto User"/,
    ) as string,
  });
});
