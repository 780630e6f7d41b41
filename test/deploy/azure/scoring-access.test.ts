import { X509Certificate } from "node:crypto";
import { scoringAccess, type CredentialSources } from "../../../deploy/azure/scoring-access";
import { makeCertificate } from "../../platform/http/certificate";

const outputsWith = (scoring: object): Record<string, unknown> => ({ environment: { scoring } });

/** Answers that say what they were asked for. */
const sources: CredentialSources = {
  secret: (vault, name) => Promise.resolve(`secret ${name} of ${vault}`),
  certificate: () => Promise.resolve(undefined),
  token: (audience) => Promise.resolve(`token for ${audience}`),
};

const report = jest.fn();
beforeEach(() => report.mockClear());
const asTest = { report, isTest: true };

/** The headers alone. */
const headersOf = async (...args: Parameters<typeof scoringAccess>) => (await scoringAccess(...args)).headers;

describe("headers for a test of a stack's service", () => {
  test("hold its primary key, from its vault", async () => {
    const outputs = outputsWith({ MLOPS_AUTH: "keys", MLOPS_KEY_VAULT: "https://v.vault.azure.net" });
    expect(await headersOf(outputs, asTest, sources)).toEqual({
      authorization: "Bearer secret scoring-primary-key of https://v.vault.azure.net",
    });
  });

  test("hold a token for its first audience", async () => {
    const outputs = outputsWith({ MLOPS_AUTH: "entra", MLOPS_ENTRA_AUDIENCE: "api://scoring, other" });
    expect(await headersOf(outputs, asTest, sources)).toEqual({
      authorization: "Bearer token for api://scoring",
    });
  });

  test.each([[{}], [{ MLOPS_AUTH: "none" }]])("are none where nobody is asked: %j", async (scoring) => {
    expect(await headersOf(outputsWith(scoring), asTest, sources)).toEqual({});
    expect(await headersOf({}, asTest, sources)).toEqual({});
  });

  test("are refused, with the role to give, when the vault does not give the key", async () => {
    const outputs = outputsWith({ MLOPS_AUTH: "keys", MLOPS_KEY_VAULT: "https://v.vault.azure.net" });
    const forbidden = { ...sources, secret: () => Promise.reject(new Error("Forbidden (403).")) };
    await expect(scoringAccess(outputs, asTest, forbidden)).rejects.toMatchObject({
      code: "AZURE_FAILED",
      message: expect.stringMatching(/Forbidden \(403\)\..*"Key Vault Secrets User"/),
    });
  });

  test("are refused when the outputs do not say where the key is", async () => {
    await expect(scoringAccess(outputsWith({ MLOPS_AUTH: "keys" }), asTest, sources)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("asks for keys"),
    });
  });

  const withTestKey = outputsWith({
    MLOPS_AUTH: "entra",
    MLOPS_ENTRA_AUDIENCE: "api://scoring",
    MLOPS_TEST_KEY_VAULT: "https://v.vault.azure.net",
  });

  test("hold the key by which the service knows a test", async () => {
    expect(await headersOf(withTestKey, asTest, sources)).toEqual({
      authorization: "Bearer token for api://scoring",
      "x-mlops-test": "secret scoring-test-key of https://v.vault.azure.net",
    });
    expect(report).not.toHaveBeenCalled();
  });

  test("do not hold it for a client, who may not even read it", async () => {
    const secret = () => Promise.reject(new Error("Forbidden (403)."));
    expect(await headersOf(withTestKey, { report, isTest: false }, { ...sources, secret })).toEqual({
      authorization: "Bearer token for api://scoring",
    });
    expect(report).not.toHaveBeenCalled();
  });

  test.each<[string, CredentialSources["secret"]]>([
    ["Forbidden (403).", () => Promise.reject(new Error("Forbidden (403)."))],
    ["There is none.", () => Promise.resolve(undefined)],
  ])("let a test in without that key, and say what follows: %s", async (reason, secret) => {
    expect(await headersOf(withTestKey, asTest, { ...sources, secret })).toEqual({
      authorization: "Bearer token for api://scoring",
    });
    expect(report).toHaveBeenCalledWith(
      `The key scoring-test-key of https://v.vault.azure.net cannot be read, so that the service takes these tests for clients. ${reason} Give this identity "Key Vault Secrets User" on the vault.`,
    );
  });
});

describe("the certificate of a stack's service", () => {
  const vault = "https://v.vault.azure.net/";
  const made = {
    ...outputsWith({}),
    scoringKeys: { vault, certificate: { names: ["qa.scoring.internal"] } },
  };

  test("is the one that the vault has made, for which nobody asks for its private key", async () => {
    const { cert } = await makeCertificate("scoring-certificate", ["qa.scoring.internal"]);
    const secret = jest.fn(() => Promise.resolve(undefined));
    const certificate = jest.fn(() => Promise.resolve(new X509Certificate(cert).raw));
    const access = await scoringAccess(made, asTest, { ...sources, secret, certificate });
    expect(access.headers).toEqual({});
    expect(new X509Certificate(access.certificate ?? "").fingerprint256).toBe(
      new X509Certificate(cert).fingerprint256,
    );
    expect(certificate.mock.calls).toEqual([[vault, "scoring-certificate"]]);
    expect(secret).not.toHaveBeenCalled();
  });

  test("is none where a public authority vouches for it", async () => {
    const outputs = { ...made, scoringKeys: { vault } };
    expect(await scoringAccess(outputs, asTest, sources)).toEqual({ headers: {} });
  });

  test.each<[RegExp, CredentialSources["certificate"]]>([
    [/Forbidden \(403\)\./, () => Promise.reject(new Error("Forbidden (403)."))],
    [/There is none\./, () => Promise.resolve(undefined)],
    [/no start line|asn1/i, () => Promise.resolve(Buffer.from("no certificate"))],
  ])("has to be known before anything is sent: %s", async (reason, certificate) => {
    const refused = scoringAccess(made, asTest, { ...sources, certificate });
    await expect(refused).rejects.toMatchObject({ code: "AZURE_FAILED" });
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toThrow(/cannot be read\. .*Expected "Key Vault Reader"/);
  });
});
