import { scoringHeaders, type CredentialSources } from "../../../deploy/azure/scoring-headers";

const outputsWith = (scoring: object): Record<string, unknown> => ({ environment: { scoring } });

/** Answers that say what they were asked for. */
const sources: CredentialSources = {
  secret: (vault, name) => Promise.resolve(`secret ${name} of ${vault}`),
  token: (audience) => Promise.resolve(`token for ${audience}`),
};

describe("headers for a test of a stack's service", () => {
  test("hold its primary key, from its vault", async () => {
    const outputs = outputsWith({ MLOPS_AUTH: "keys", MLOPS_KEY_VAULT: "https://v.vault.azure.net" });
    expect(await scoringHeaders(outputs, sources)).toEqual({
      authorization: "Bearer secret scoring-primary-key of https://v.vault.azure.net",
    });
  });

  test("hold a token for its first audience", async () => {
    const outputs = outputsWith({ MLOPS_AUTH: "entra", MLOPS_ENTRA_AUDIENCE: "api://scoring, other" });
    expect(await scoringHeaders(outputs, sources)).toEqual({
      authorization: "Bearer token for api://scoring",
    });
  });

  test.each([[{}], [{ MLOPS_AUTH: "none" }]])("are none where nobody is asked: %j", async (scoring) => {
    expect(await scoringHeaders(outputsWith(scoring), sources)).toEqual({});
    expect(await scoringHeaders({}, sources)).toEqual({});
  });

  test("are refused, with the role to give, when the vault does not give the key", async () => {
    const outputs = outputsWith({ MLOPS_AUTH: "keys", MLOPS_KEY_VAULT: "https://v.vault.azure.net" });
    const forbidden = { ...sources, secret: () => Promise.reject(new Error("Forbidden (403).")) };
    await expect(scoringHeaders(outputs, forbidden)).rejects.toMatchObject({
      code: "AZURE_FAILED",
      message: expect.stringMatching(/Forbidden \(403\)\..*"Key Vault Secrets User"/),
    });
  });

  test("are refused when the outputs do not say where the key is", async () => {
    await expect(scoringHeaders(outputsWith({ MLOPS_AUTH: "keys" }), sources)).rejects.toMatchObject({
      code: "CONFLICT",
      message: expect.stringContaining("asks for keys"),
    });
  });
});
