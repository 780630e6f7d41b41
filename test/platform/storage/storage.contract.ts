import type { Storage } from "../../../platform/storage/storage";

/** What every storage does. `open` gives an empty one for each test. */
export function storageContract(open: () => Promise<Storage>): void {
  const text = async (storage: Storage, path: string): Promise<string> =>
    new TextDecoder().decode(await storage.get(path));

  describe("as every storage", () => {
    test("gives back what was put, to the byte", async () => {
      const storage = await open();
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
      await storage.put("a/b.bin", bytes);
      await storage.put("ü.txt", "größer\n");
      await storage.put("empty", "");
      expect(new Uint8Array(await storage.get("a/b.bin"))).toEqual(bytes);
      expect(await text(storage, "ü.txt")).toBe("größer\n");
      expect(await text(storage, "empty")).toBe("");
    });

    test("loses nothing that is there with what was there before", async () => {
      const storage = await open();
      await storage.put("a/1", "old");
      await storage.put("a/1", "new");
      await storage.delete("a/2");
      await storage.dropEarlier("a/");
      expect(await storage.list("")).toEqual(["a/1"]);
      expect(await text(storage, "a/1")).toBe("new");
    });

    test("replaces a file that is there", async () => {
      const storage = await open();
      await storage.put("a", "a longer old content");
      await storage.put("a", "new");
      expect(await text(storage, "a")).toBe("new");
      expect(await storage.list("")).toEqual(["a"]);
    });

    test("keeps one of two contents put at once, whole", async () => {
      const storage = await open();
      const contents = Array.from({ length: 8 }, (_, index) => String(index).repeat(100_000));
      await Promise.all(contents.map((content) => storage.put("a", content)));
      expect(contents).toContain(await text(storage, "a"));
    });

    test("keeps one of two large contents put at once, whole", async () => {
      const storage = await open();
      const contents = [1, 2].map((value) => Buffer.alloc(5 * 1024 * 1024, value));
      await Promise.all(contents.map((content) => storage.put("a", content)));
      const kept = Buffer.from(await storage.get("a"));
      expect(contents.filter((content) => content.equals(kept))).toHaveLength(1);
      expect(await storage.list("")).toEqual(["a"]);
    });

    test("makes a file where there is none, and changes none that is there", async () => {
      const storage = await open();
      expect(await storage.create("a/1", "first")).toBe(true);
      expect(await storage.create("a/1", "second")).toBe(false);
      expect(await text(storage, "a/1")).toBe("first");
      await storage.put("b", "put");
      expect(await storage.create("b", "created")).toBe(false);
      expect(await text(storage, "b")).toBe("put");
      expect(await storage.list("")).toEqual(["a/1", "b"]);
    });

    test("lets one of several make a file", async () => {
      const storage = await open();
      const contents = Array.from({ length: 8 }, (_, index) => `content ${index}`);
      const made = await Promise.all(contents.map((content) => storage.create("a", content)));
      expect(made.filter(Boolean)).toHaveLength(1);
      expect(await text(storage, "a")).toBe(contents[made.indexOf(true)]);
    });

    test("lists the paths that start with a prefix, sorted", async () => {
      const storage = await open();
      for (const path of ["b", "a/2", "a/10", "ab/1", "a/x/1"]) await storage.put(path, "");
      expect(await storage.list("")).toEqual(["a/10", "a/2", "a/x/1", "ab/1", "b"]);
      expect(await storage.list("a")).toEqual(["a/10", "a/2", "a/x/1", "ab/1"]);
      expect(await storage.list("a/")).toEqual(["a/10", "a/2", "a/x/1"]);
      expect(await storage.list("a/x/1")).toEqual(["a/x/1"]);
      expect(await storage.list("c/")).toEqual([]);
      expect(await storage.list("b/")).toEqual([]);
    });

    test("removes a file, and does nothing when there is none", async () => {
      const storage = await open();
      await storage.put("a/b", "");
      await storage.delete("a/b");
      await storage.delete("a/b");
      await storage.delete("nothing/here");
      expect(await storage.list("")).toEqual([]);
    });

    test.each(["a", "a/b/c"])("says that there is no file %s", async (path) => {
      const storage = await open();
      await expect(storage.get(path)).rejects.toMatchObject({
        code: "NOT_FOUND",
        message: expect.stringContaining(`"${path}"`),
      });
    });

    test.each(["", "/a", "a//b", "../a", "a/../../b", "a/./b", "a/", "a\\b", "a\0b", "a\nb"])(
      "refuses the path %j",
      async (path) => {
        const storage = await open();
        const refused = {
          code: "INPUT_INVALID",
          message: expect.stringContaining("is not a path in a storage"),
        };
        await expect(storage.put(path, "")).rejects.toMatchObject(refused);
        await expect(storage.create(path, "")).rejects.toMatchObject(refused);
        await expect(storage.get(path)).rejects.toMatchObject(refused);
        await expect(storage.delete(path)).rejects.toMatchObject(refused);
      },
    );

    test.each(["/", "../", "a/../b", "a//"])("refuses the prefix %j", async (prefix) => {
      const storage = await open();
      await expect(storage.list(prefix)).rejects.toMatchObject({ code: "INPUT_INVALID" });
    });
  });
}
