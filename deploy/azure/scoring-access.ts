import { X509Certificate } from "node:crypto";
import { z } from "zod";
import { azureCredential, tokenOf } from "../../platform/azure/credentials";
import { PlatformError, reasonOf } from "../../platform/base/errors";
import type { ServiceAccess } from "../../platform/release/target";
import {
  primaryKeySecret,
  servingCertificate,
  testKeySecret,
} from "../../platform/settings/security-settings";
import { testHeader } from "../../scoring/http/request-headers";

/** How the scoring service of a stack asks who calls; infra/config/environment.ts writes it. */
const outputsSchema = z.object({
  environment: z.object({
    scoring: z.object({
      MLOPS_AUTH: z.enum(["none", "keys", "entra"]).optional(),
      MLOPS_KEY_VAULT: z.string().optional(),
      MLOPS_KEY_VAULT_PRIMARY: z.string().default(primaryKeySecret),
      MLOPS_ENTRA_AUDIENCE: z.string().optional(),
      MLOPS_TEST_KEY_VAULT: z.string().optional(),
    }),
  }),
  /** With `certificate`, the vault has made the one that the service shows; without, a public authority vouches for it. */
  scoringKeys: z.object({ vault: z.string(), certificate: z.unknown().optional() }).optional(),
});

/** Where keys and tokens are from. */
export interface CredentialSources {
  readonly secret: (vault: string, name: string) => Promise<string | undefined>;
  /** A certificate in DER, without its private key. */
  readonly certificate: (vault: string, name: string) => Promise<Uint8Array | undefined>;
  readonly token: (audience: string) => Promise<string>;
}

/** Keys and tokens by the identity of this process: the one `az` or the agent is signed in with. */
const azureSources: CredentialSources = {
  async secret(vault, name) {
    const { SecretClient } = await import("@azure/keyvault-secrets");
    return (await new SecretClient(vault, azureCredential()).getSecret(name)).value;
  },
  async certificate(vault, name) {
    const { CertificateClient } = await import("@azure/keyvault-certificates");
    return (await new CertificateClient(vault, azureCredential()).getCertificate(name)).cer;
  },
  async token(audience) {
    const scope = audience.includes("://") ? audience : `api://${audience}`;
    return tokenOf(azureCredential(), `${scope}/.default`);
  },
};

type ScoringSettings = z.output<typeof outputsSchema>["environment"]["scoring"];

/**
 * The header by which the service knows a test. A test without it passes or fails as with it, but counts as a client in
 * the figures of drift: so if the key cannot be read, that is reported and the test runs anyway.
 */
async function testMark(
  { MLOPS_TEST_KEY_VAULT: vault }: ScoringSettings,
  { sources, report }: { sources: CredentialSources; report: (line: string) => void },
): Promise<Record<string, string>> {
  if (vault === undefined) return {};
  let reason = "There is none.";
  try {
    const key = await sources.secret(vault, testKeySecret);
    if (key !== undefined) return { [testHeader]: key };
  } catch (error) {
    reason = reasonOf(error);
  }
  report(
    `The key ${testKeySecret} of ${vault} cannot be read, so that the service takes these tests for clients. ${reason} Give this identity "Key Vault Secrets User" on the vault.`,
  );
  return {};
}

interface Caller {
  readonly report: (line: string) => void;
  /** Whether what it sends is a test, and no client's. */
  readonly isTest: boolean;
}

/**
 * How the service of a stack may be called: by its primary key, or a token for its audience; of a test, the header by which the service
 * knows that it is one; and the certificate that it has to show.
 */
export async function scoringAccess(
  outputs: Readonly<Record<string, unknown>>,
  { report, isTest }: Caller,
  sources: CredentialSources = azureSources,
): Promise<ServiceAccess> {
  const read = outputsSchema.safeParse(outputs).data;
  if (read === undefined) return { headers: {} };
  const { scoring } = read.environment;
  // First, as nothing is sent to a server that is not known.
  const { vault, certificate: made } = read.scoringKeys ?? {};
  const certificate = await findCertificate(made === undefined ? undefined : vault, sources);
  const headers = {
    ...(await credentials(scoring, sources)),
    ...(isTest && (await testMark(scoring, { sources, report }))),
  };
  return { headers, ...(certificate !== undefined && { certificate }) };
}

/** The certificate of a service that no authority vouches for, in PEM. Whoever may read the secret of its name has the private key, too. */
async function findCertificate(
  vault: string | undefined,
  sources: CredentialSources,
): Promise<string | undefined> {
  if (vault === undefined) return undefined;
  let reason = "There is none.";
  try {
    const der = await sources.certificate(vault, servingCertificate);
    if (der !== undefined) return new X509Certificate(der).toString();
  } catch (error) {
    reason = reasonOf(error);
  }
  throw new PlatformError(
    "AZURE_FAILED",
    `The certificate ${servingCertificate} of ${vault}, by which the scoring service is known, cannot be read. ${reason} Expected "Key Vault Reader" for this identity. Run \`npm run infra:keys -- --stack <name>\`, which makes it.`,
  );
}

async function credentials(
  scoring: ScoringSettings,
  sources: CredentialSources,
): Promise<Record<string, string>> {
  if (scoring.MLOPS_AUTH === undefined || scoring.MLOPS_AUTH === "none") return {};
  const bearer = (value: string): Record<string, string> => ({ authorization: `Bearer ${value}` });
  const { MLOPS_KEY_VAULT: vault, MLOPS_KEY_VAULT_PRIMARY: name } = scoring;
  const [audience] = (scoring.MLOPS_ENTRA_AUDIENCE ?? "").split(",");
  try {
    if (scoring.MLOPS_AUTH === "entra" && audience) return bearer(await sources.token(audience.trim()));
    const key = vault === undefined ? undefined : await sources.secret(vault, name);
    if (key !== undefined) return bearer(key);
  } catch (cause) {
    throw new PlatformError(
      "AZURE_FAILED",
      `The scoring service cannot be called: ${reasonOf(cause)} Expected the key "${name}" of ${vault ?? "its vault"}, or a token for ${audience ?? "its audience"}. Give this identity "Key Vault Secrets User" on the vault, or the service's role.`,
      { cause },
    );
  }
  throw new PlatformError(
    "CONFLICT",
    `The scoring service asks for ${scoring.MLOPS_AUTH}, and the stack's outputs do not say where from. Expected a vault or an audience. Run \`npm run infra:up -- --stack <name>\` for it.`,
  );
}
