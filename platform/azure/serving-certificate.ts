import type { CertificateClient } from "@azure/keyvault-certificates" with { "resolution-mode": "import" };
import { PlatformError, reasonOf } from "../base/errors";
import { servingCertificate } from "../settings/security-settings";
import { statusOf, untilAllowed, type KeyOptions } from "./scoring-keys";

/** The part of Key Vault's client that the certificate is kept with. */
export type CertificateStore = Pick<
  CertificateClient,
  "getCertificate" | "beginCreateCertificate" | "beginRecoverDeletedCertificate"
>;

/** One name, at least. */
export type CertificateNames = readonly [string, ...string[]];

/** Months until the vault has to have made the next one; it does so a month before. */
const validityMonths = 12;

/** What the vault is to make: nobody else signs it, so that whoever calls has to know it. */
const policyFor = ([first, ...more]: CertificateNames) => ({
  issuerName: "Self",
  subject: `CN=${servingCertificate}`,
  subjectAlternativeNames: { dnsNames: [first, ...more] as [string, ...string[]] },
  // As a secret it is the text that TLS takes, with the private key.
  contentType: "application/x-pem-file" as const,
  keyType: "EC" as const,
  keyCurveName: "P-256" as const,
  exportable: true,
  enhancedKeyUsage: ["1.3.6.1.5.5.7.3.1"],
  validityInMonths: validityMonths,
  lifetimeActions: [{ action: "AutoRenew" as const, daysBeforeExpiry: 30 }],
});

/** The names of the certificate that the vault has; undefined when it has none. */
async function findNames(store: CertificateStore): Promise<readonly string[] | undefined> {
  try {
    const { policy } = await store.getCertificate(servingCertificate);
    return policy?.subjectAlternativeNames?.dnsNames ?? [];
  } catch (error) {
    if (statusOf(error) === 404) return undefined;
    throw error;
  }
}

/** Brings a deleted one back, as its name is taken until it is purged; false when there is none. */
async function recover(store: CertificateStore): Promise<boolean> {
  try {
    await (await store.beginRecoverDeletedCertificate(servingCertificate)).pollUntilDone();
    return true;
  } catch (error) {
    if (statusOf(error) === 404) return false;
    throw error;
  }
}

async function ensure(store: CertificateStore, names: CertificateNames): Promise<"kept" | "made"> {
  let found = await findNames(store);
  if (found === undefined && (await recover(store))) found = await findNames(store);
  if (found !== undefined && names.every((name) => found.includes(name))) return "kept";
  await (await store.beginCreateCertificate(servingCertificate, policyFor(names))).pollUntilDone();
  return "made";
}

/**
 * Has the vault make the certificate that the scoring service serves with, where it has none for these names. Its private key is made
 * in the vault, which renews it. Throws AZURE_FAILED when the vault cannot be reached or refuses the identity.
 */
export async function ensureServingCertificate(
  store: CertificateStore,
  names: CertificateNames,
  options: KeyOptions,
): Promise<void> {
  try {
    const outcome = await untilAllowed(() => ensure(store, names), options);
    if (outcome === "made")
      options.report(`Made the certificate ${servingCertificate} for ${names.join(", ")}.`);
  } catch (cause) {
    throw new PlatformError(
      "AZURE_FAILED",
      `The certificate ${servingCertificate} cannot be kept in the vault: ${reasonOf(cause)} Expected an identity with the role "Key Vault Certificates Officer" on the vault, and a way to it from here. Set mlops:deployPrincipal or mlops:operators to grant the role, and run the same command again.`,
      { cause },
    );
  }
}
