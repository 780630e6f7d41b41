import {
  ensureServingCertificate,
  type CertificateNames,
  type CertificateStore,
} from "../../../platform/azure/serving-certificate";

/** A vault in memory: the names in its certificate, of a deleted one, and how often it refuses before a new role holds. */
class Vault {
  names: readonly string[] | undefined;
  deleted: readonly string[] | undefined;
  refusals = 0;
  readonly policies: object[] = [];

  private answer<T>(found: T | undefined, status: number): T {
    if (this.refusals-- > 0) throw Object.assign(new Error("Caller is not authorized."), { statusCode: 403 });
    if (found === undefined) throw Object.assign(new Error("No such certificate."), { statusCode: status });
    return found;
  }

  get store(): CertificateStore {
    const done = { pollUntilDone: () => Promise.resolve({}) };
    const store = {
      getCertificate: async (name: string) => {
        const dnsNames = this.answer(this.names, 404);
        return Promise.resolve({ name, policy: { subjectAlternativeNames: { dnsNames } } });
      },
      beginCreateCertificate: async (
        _name: string,
        policy: { subjectAlternativeNames: { dnsNames: string[] } },
      ) => {
        // As Key Vault does while a deleted certificate of that name can be recovered.
        this.answer(this.deleted === undefined ? policy : undefined, 409);
        this.policies.push(policy);
        this.names = policy.subjectAlternativeNames.dnsNames;
        return Promise.resolve(done);
      },
      beginRecoverDeletedCertificate: async () => {
        this.names = this.answer(this.deleted, 404);
        this.deleted = undefined;
        return Promise.resolve(done);
      },
    };
    return store as unknown as CertificateStore;
  }
}

let vault: Vault;
let lines: string[];
const ensure = (...names: CertificateNames) =>
  ensureServingCertificate(vault.store, names, { report: (line) => void lines.push(line), pauseMs: 1 });

beforeEach(() => {
  vault = new Vault();
  lines = [];
});

test("an empty vault makes one that it signs itself, renews, and gives with its key as PEM", async () => {
  await ensure("qa.scoring.internal");
  expect(vault.policies).toEqual([
    expect.objectContaining({
      issuerName: "Self",
      subject: "CN=scoring-certificate",
      subjectAlternativeNames: { dnsNames: ["qa.scoring.internal"] },
      contentType: "application/x-pem-file",
      exportable: true,
      lifetimeActions: [{ action: "AutoRenew", daysBeforeExpiry: 30 }],
    }),
  ]);
  expect(lines).toEqual(["Made the certificate scoring-certificate for qa.scoring.internal."]);
});

test("it stays as it is, until a name is missing in it", async () => {
  vault.names = ["a.example", "b.example"];
  await ensure("a.example");
  expect([vault.policies, lines]).toEqual([[], []]);
  await ensure("c.example");
  expect(vault.names).toEqual(["c.example"]);
});

test("a deleted one comes back, as its name is taken", async () => {
  vault.deleted = ["a.example"];
  await ensure("a.example");
  expect([vault.names, vault.policies]).toEqual([["a.example"], []]);
});

test("a role that was just assigned is waited for; without it, the error names it", async () => {
  vault.refusals = 3;
  await ensure("a.example");
  expect(vault.names).toEqual(["a.example"]);
  vault.refusals = 1000;
  await expect(ensure("a.example")).rejects.toMatchObject({
    code: "AZURE_FAILED",
    message: expect.stringMatching(/not authorized\..*"Key Vault Certificates Officer"/),
  });
});
