import { X509Certificate, constants, generateKeyPairSync, privateDecrypt, publicEncrypt } from "node:crypto";
import type { ServerResponse } from "node:http";
import { makeCertificate } from "../../platform/http/certificate";
import { sendJson } from "../../platform/http/http-server";
import type { Call } from "./call";
import type { PlayedEntra } from "./entra";
import type { StackFacts } from "./stack-facts";

/** Plays Key Vault: the secrets of the stacks' vaults, and the key that encrypts what is secret in their state. */
export class PlayedVaults {
  private readonly pair = generateKeyPairSync("rsa", { modulusLength: 3072 });
  /** Texts of secrets, by stack and name: whoever updates a stack makes them. */
  private readonly secrets = new Map<string, { value: string; tags?: Record<string, string> }>();
  /** Names in the certificates that the vaults have made, by stack and name; each is a secret, too. */
  private readonly certificates = new Map<string, readonly string[]>();

  constructor(
    private readonly entra: PlayedEntra,
    private readonly facts: () => readonly StackFacts[],
  ) {}

  /** What a client of a stack was given. */
  secretOf(stack: string, name: string): string {
    return this.secrets.get(`${stack}/${name}`)?.value ?? "";
  }

  /** A vault tells whoever has no token for it which one it takes. */
  answer({ request, url: { host, pathname }, body, response }: Call): void {
    if (this.entra.clientOf(request, ["https://vault.azure.net"]) === undefined) {
      const challenge = `Bearer authorization="https://login.microsoftonline.com/tenant", resource="https://vault.azure.net"`;
      response.setHeader("www-authenticate", challenge);
      return sendJson(response, 401, { error: { code: "Unauthorized", message: "AKV10000" } });
    }
    const [, verb] = /^\/keys\/[\w-]+\/.*?(encrypt|decrypt)$/.exec(pathname) ?? [];
    if (verb !== undefined) return this.crypt(verb, body, { host, response });
    const stack = this.facts().find(({ vaults }) => vaults.includes(host.split(".")[0] ?? ""));
    if (/^\/(deleted)?certificates\//.test(pathname))
      return void this.answerCertificate(stack?.name ?? "", { pathname, body, host, response });
    const name = /^\/secrets\/([\w-]+)\/?$/.exec(pathname)?.[1] ?? "";
    const key = `${stack?.name}/${name}`;
    if (request.method === "PUT" && stack !== undefined)
      this.secrets.set(key, JSON.parse(body) as { value: string; tags?: Record<string, string> });
    const kept = this.secrets.get(key);
    if (kept === undefined)
      return sendJson(response, 404, { error: { code: "SecretNotFound", message: `no secret ${name}` } });
    sendJson(response, 200, { ...kept, id: `https://${host}/secrets/${name}/1`, attributes: {} });
  }

  /** A vault makes a certificate at once, by the policy that it is given. */
  private async answerCertificate(
    stack: string,
    {
      pathname,
      body,
      host,
      response,
    }: { pathname: string; body: string; host: string; response: ServerResponse },
  ): Promise<void> {
    const [, name = "", verb] = /^\/certificates\/([\w-]+)\/?(create|pending)?$/.exec(pathname) ?? [];
    const [id, key] = [`https://${host}/certificates/${name}`, `${stack}/${name}`];
    if (verb === "create") {
      const { policy } = JSON.parse(body) as { policy: { x509_props: { sans: { dns_names: string[] } } } };
      const names = policy.x509_props.sans.dns_names;
      const { key: own, cert } = await makeCertificate(name, names);
      this.certificates.set(key, names);
      this.secrets.set(key, { value: `${own}\n${cert}` });
      return sendJson(response, 202, { id: `${id}/pending`, status: "inProgress", issuer: { name: "Self" } });
    }
    const names = this.certificates.get(key);
    if (names === undefined)
      return sendJson(response, 404, {
        error: { code: "CertificateNotFound", message: `no certificate ${name}` },
      });
    const pending = { id: `${id}/pending`, status: "completed", issuer: { name: "Self" } };
    const pem = this.secrets.get(key)?.value ?? "";
    const cer = new X509Certificate(pem.slice(pem.indexOf("-----BEGIN CERTIFICATE"))).raw.toString("base64");
    const made = {
      id: `${id}/1`,
      attributes: {},
      cer,
      policy: { x509_props: { sans: { dns_names: names } } },
    };
    sendJson(response, 200, verb === "pending" ? pending : made);
  }

  private crypt(verb: string, body: string, { host, response }: { host: string; response: ServerResponse }) {
    const { alg, value } = JSON.parse(body) as { alg: string; value: string };
    if (alg !== "RSA-OAEP-256")
      return sendJson(response, 400, { error: { code: "BadParameter", message: `no algorithm ${alg}` } });
    const options = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: "sha256" };
    const bytes = Buffer.from(value, "base64url");
    const result =
      verb === "encrypt"
        ? publicEncrypt({ key: this.pair.publicKey, ...options }, bytes)
        : privateDecrypt({ key: this.pair.privateKey, ...options }, bytes);
    const kid = `https://${host}/keys/pulumi-state/1`;
    sendJson(response, 200, { kid, value: result.toString("base64url") });
  }
}
