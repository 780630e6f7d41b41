import { ensureScoringKeys, type SecretStore } from "../../../platform/azure/scoring-keys";

interface Kept {
  readonly value: string;
  readonly tags?: Record<string, string> | undefined;
}

/** A vault in memory: what it has, what was deleted, and how often it refuses before a new role holds. */
class Vault {
  readonly secrets = new Map<string, Kept>();
  readonly deleted = new Map<string, Kept>();
  refusals = 0;

  private answer<T>(found: T | undefined, status: number): T {
    if (this.refusals-- > 0) throw Object.assign(new Error("Caller is not authorized."), { statusCode: 403 });
    if (found === undefined) throw Object.assign(new Error("No such secret."), { statusCode: status });
    return found;
  }

  get store(): SecretStore {
    const store = {
      getSecret: async (name: string) => {
        const { value, tags } = this.answer(this.secrets.get(name), 404);
        return Promise.resolve({ name, value, properties: { tags } });
      },
      setSecret: async (name: string, value: string, options?: { tags?: Record<string, string> }) => {
        // As Key Vault does while a deleted secret of that name can be recovered.
        this.answer(this.deleted.has(name) ? undefined : name, 409);
        this.secrets.set(name, { value, tags: options?.tags });
        return Promise.resolve({ name, value, properties: {} });
      },
      beginRecoverDeletedSecret: async (name: string) => {
        this.secrets.set(name, this.answer(this.deleted.get(name), 404));
        this.deleted.delete(name);
        return Promise.resolve({ pollUntilDone: () => Promise.resolve({}) });
      },
    };
    return store as unknown as SecretStore;
  }
}

const wanted = { "scoring-primary-key": "3", "scoring-test-key": "1" };
let vault: Vault;
let lines: string[];
const ensure = (generations = wanted) =>
  ensureScoringKeys(vault.store, generations, { report: (line) => void lines.push(line), pauseMs: 1 });
const valueOf = (name: string): string => vault.secrets.get(name)?.value ?? "";

beforeEach(() => {
  vault = new Vault();
  lines = [];
});

test("an empty vault gets a key of 40 letters and digits for each name, which no line shows", async () => {
  await ensure();
  const keys = Object.keys(wanted).map(valueOf);
  expect(new Set(keys).size).toBe(2);
  for (const key of keys) expect(key).toMatch(/^[A-Za-z0-9]{40}$/);
  expect(lines).toEqual([
    "Made the key scoring-primary-key, generation 3.",
    "Made the key scoring-test-key, generation 1.",
  ]);
});

test("a key stays as it is, until its generation is another", async () => {
  await ensure();
  const [primary, ours] = [valueOf("scoring-primary-key"), valueOf("scoring-test-key")];
  lines = [];
  await ensure();
  expect([valueOf("scoring-primary-key"), lines]).toEqual([primary, []]);
  await ensure({ ...wanted, "scoring-primary-key": "4" });
  expect(valueOf("scoring-primary-key")).not.toBe(primary);
  expect(valueOf("scoring-test-key")).toBe(ours);
});

test("a key that an earlier version made says no generation, and stays", async () => {
  vault.secrets.set("scoring-primary-key", { value: "of before" });
  await ensure();
  expect(valueOf("scoring-primary-key")).toBe("of before");
});

test("a deleted key comes back, as clients may have it", async () => {
  vault.deleted.set("scoring-primary-key", { value: "of before", tags: { generation: "3" } });
  await ensure();
  expect(valueOf("scoring-primary-key")).toBe("of before");
});

test("a role that does not hold yet is waited for; one that never does is named", async () => {
  vault.refusals = 3;
  await ensure();
  expect(vault.secrets.size).toBe(2);
  expect(lines[0]).toMatch(/waiting up to ten minutes/);
  vault.refusals = Infinity;
  await expect(ensure()).rejects.toMatchObject({
    code: "AZURE_FAILED",
    message: expect.stringMatching(/Caller is not authorized\..*"Key Vault Secrets Officer"/),
  });
});
