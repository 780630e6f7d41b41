import { randomUUID } from "node:crypto";
import type { BlockBlobClient } from "@azure/storage-blob";
import { openBlobStorage } from "../../../../platform/storage/blob-storage";
import type { Storage } from "../../../../platform/storage/storage";
import { Azurite } from "../azurite";
import { FaultyProxy } from "../faulty-proxy";

const mebibyte = 1024 * 1024;

/** Content of which no two blocks are the same. */
function large(seed: number, bytes = 9 * mebibyte + 7): Buffer {
  const content = Buffer.alloc(bytes);
  for (let at = 0; at + 4 <= bytes; at += 4096) content.writeUInt32LE((at * 31 + seed) >>> 0, at);
  return content;
}

describe("the blob storage on a bad network", () => {
  let azurite: Azurite;
  let proxy: FaultyProxy;
  let location: string;
  let storage: Storage;
  beforeAll(async () => (azurite = await Azurite.start()));
  afterAll(() => azurite.stop());

  beforeEach(async () => {
    const name = `c-${randomUUID()}`;
    await azurite.client().createContainer(name);
    location = azurite.signedUrl(name);
    proxy = await new FaultyProxy(new URL(azurite.url)).start();
    storage = await openBlobStorage(proxy.through(location));
  });
  afterEach(() => proxy.stop());

  /** A blob, as another program writes it. */
  function theirs(name: string): BlockBlobClient {
    const container = new URL(location).pathname.split("/").at(-1) ?? "";
    return azurite.client().getContainerClient(container).getBlockBlobClient(name);
  }

  const isEqual = async (content: Buffer): Promise<boolean> => content.equals(await storage.get("a"));

  test("writes a large file in blocks, and sends again the one block that failed", async () => {
    const content = large(1);
    proxy.faultOf = ({ comp }, index) => (comp === "block" && index === 1 ? "refused" : undefined);
    await storage.put("a", content);
    expect([proxy.count("PUT", "block"), proxy.count("PUT", "blocklist")]).toEqual([4, 1]);
    proxy.faultOf = ({ comp }, index) => (comp === "block" && index === 4 ? "busy" : undefined);
    await storage.put("a", content);
    expect(proxy.count("PUT", "block")).toBe(8);
    expect(await isEqual(content)).toBe(true);
  });

  test("puts the blocks in place once when the answer to that is lost", async () => {
    proxy.faultOf = ({ comp }, index) => (comp === "blocklist" && index === 0 ? "reply lost" : undefined);
    await storage.put("a", large(2));
    expect([proxy.count("PUT", "block"), proxy.count("PUT", "blocklist")]).toEqual([3, 2]);
    expect(await isEqual(large(2))).toBe(true);
  });

  test("keeps the old content, and shows no part of the new, when a large file does not get there", async () => {
    await storage.put("a", "old");
    proxy.faultOf = ({ comp }, index) => (comp === "block" && index >= 2 ? "refused" : undefined);
    await expect(storage.put("a", large(3))).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringMatching(/^Cannot write "a" in http/),
    });
    proxy.faultOf = () => undefined;
    expect(Buffer.from(await storage.get("a")).toString()).toBe("old");
    // The lease was given back: the next write does not wait for it.
    await storage.put("a", large(3));
    expect(await isEqual(large(3))).toBe(true);
  });

  test("goes on with a download that is cut short, where it was", async () => {
    await storage.put("a", large(4));
    proxy.faultOf = ({ method }, index) =>
      method === "GET" && index < 3 ? { cutAfter: 2 * mebibyte } : undefined;
    expect(await isEqual(large(4))).toBe(true);
    const ranges = proxy.passed.filter(({ method }) => method === "GET").map(({ range }) => range);
    const starts = ranges.map((range) => Number(/^bytes=(\d+)-/.exec(range ?? "bytes=0-")?.[1]));
    expect(starts).toHaveLength(4);
    expect(starts[0]).toBe(0);
    // Not less than half of what was sent has come.
    expect(starts[3]).toBeGreaterThan(3 * mebibyte);
    expect(starts.slice(1).every((start, index) => start > (starts[index] ?? 0))).toBe(true);
  });

  test("gives no part of a download that is always cut short", async () => {
    await storage.put("a", "content");
    proxy.faultOf = ({ method }) => (method === "GET" ? { cutAfter: 0 } : undefined);
    await expect(storage.get("a")).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringMatching(
        /^The download of "a" in http.* was cut short 9 times, at last after 0 of 7 bytes/,
      ),
    });
  });

  test("starts over when the content is replaced while it is read", async () => {
    // Without a digest, so that nothing else would tell two contents mixed from one.
    await theirs("a").uploadData(large(10));
    const next = large(11);
    let replaced: Promise<void> | undefined;
    proxy.faultOf = ({ method }, index) =>
      method === "GET" && index === 0 ? { cutAfter: 2 * mebibyte } : undefined;
    proxy.beforeCut = () => (replaced ??= storage.put("a", next));
    expect(await isEqual(next)).toBe(true);
    await replaced;
  });

  test("reads again what does not have its digest, and gives up on what never has", async () => {
    await storage.put("a", "content");
    proxy.faultOf = ({ method }, index) => (method === "GET" && index === 0 ? "garbled" : undefined);
    expect(Buffer.from(await storage.get("a")).toString()).toBe("content");
    proxy.faultOf = ({ method }) => (method === "GET" ? "garbled" : undefined);
    await expect(storage.get("a")).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringMatching(
        /^"a" in http.* does not have the digest it was written with\. .*Restore/,
      ),
    });
  });

  test("reads what others wrote without a digest", async () => {
    await theirs("a").upload("theirs", 6);
    expect(Buffer.from(await storage.get("a")).toString()).toBe("theirs");
  });

  describe("where two writers meet", () => {
    test.each(["makes", "replaces"])("keeps one of two large files whole when it %s one", async (what) => {
      if (what === "replaces") await storage.put("a", "old");
      const contents = [large(6), large(7), large(8)];
      await Promise.all(contents.map((content) => storage.put("a", content)));
      const kept = Buffer.from(await storage.get("a"));
      expect(contents.filter((content) => content.equals(kept))).toHaveLength(1);
      expect(await storage.list("")).toEqual(["a"]);
    });

    test.each<[string, Buffer | undefined]>([
      ["a large file", large(9)],
      ["a small one", Buffer.from("small")],
      ["a removal", undefined],
    ])("%s waits for who has the lease, and says so when it is for too long", async (_, content) => {
      await storage.put("a", "old");
      const lease = theirs("a").getBlobLeaseClient();
      await lease.acquireLease(60);
      const hasty = await openBlobStorage(location, { patienceMs: 300 });
      const change = (by: Storage): Promise<void> => (content ? by.put("a", content) : by.delete("a"));
      await expect(change(hasty)).rejects.toMatchObject({
        code: "BUSY",
        message: `Another writer has held "a" in ${location.split("?")[0]} for 0.3 s. Only one may write at a time. Try again when it has finished.`,
      });
      expect(Buffer.from(await storage.get("a")).toString()).toBe("old");
      const refused = new Promise<void>((resolve) => {
        proxy.faultOf = ({ method }) => void (method === "GET" ? undefined : resolve());
      });
      const changed = change(storage);
      await refused;
      await lease.releaseLease();
      await changed;
      if (content) expect(await isEqual(content)).toBe(true);
      else expect(await storage.list("")).toEqual([]);
    });
  });
});
