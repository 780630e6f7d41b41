import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, stat, symlink, writeFile } from "node:fs/promises";
import {
  digestOf,
  digestOfDirectory,
  digestOfFile,
  digestsOfFiles,
  fileExists,
  findJson,
  listFiles,
  shortDigest,
  toStoredJson,
  writeFileAtomic,
  writeJson,
} from "../../../platform/base/files";
import { useTemporaryFolder } from "./temporary-folder";

/** FIPS 180-4, the example message "abc". */
const digestOfAbc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

describe("files", () => {
  test("a digest is shown to people by its first twelve digits", () => {
    expect(shortDigest(digestOfAbc)).toBe("ba7816bf8f01");
  });

  const folder = useTemporaryFolder();

  async function makeTree(root: string, files: Readonly<Record<string, string>>): Promise<string> {
    for (const [file, content] of Object.entries(files)) await writeFileAtomic(folder(root, file), content);
    return folder(root);
  }

  test("have the SHA-256 digest of their content", async () => {
    await writeFile(folder("abc"), "abc");
    expect(digestOf("abc")).toBe(digestOfAbc);
    expect(digestOf(new TextEncoder().encode("abc"))).toBe(digestOfAbc);
    expect(await digestOfFile(folder("abc"))).toBe(digestOfAbc);
  });

  test("are listed with those of folders below, sorted, links left out", async () => {
    const root = await makeTree("a", { "z.txt": "", "b/2": "", "b/10": "", "b/c/1": "" });
    await mkdir(folder("a", "empty"));
    await symlink(folder("a", "z.txt"), folder("a", "link"));
    expect(await listFiles(root)).toEqual(["b/10", "b/2", "b/c/1", "z.txt"]);
  });

  test("of a folder have one digest: that of the lines 'path digest'", async () => {
    const root = await makeTree("a", { "b/x": "abc", a: "" });
    const empty = createHash("sha256").digest("hex");
    expect(await digestsOfFiles(root)).toEqual([
      { path: "a", digest: empty },
      { path: "b/x", digest: digestOfAbc },
    ]);
    expect(await digestOfDirectory(root)).toBe(digestOf(`a ${empty}\nb/x ${digestOfAbc}\n`));
  });

  test.each<[string, Record<string, string>, boolean]>([
    ["the same files", { a: "1", "b/c": "2" }, true],
    ["another content", { a: "1", "b/c": "3" }, false],
    ["another name", { a: "1", "b/d": "2" }, false],
    ["one file more", { a: "1", "b/c": "2", d: "" }, false],
    ["one file fewer", { a: "1" }, false],
    ["contents exchanged", { a: "2", "b/c": "1" }, false],
  ])("of a folder with %s compare by their digest", async (_, files, same) => {
    const [one, other] = [await makeTree("one", { a: "1", "b/c": "2" }), await makeTree("other", files)];
    expect((await digestOfDirectory(one)) === (await digestOfDirectory(other))).toBe(same);
  });

  test("are replaced in one step, with folders made and nothing left beside them", async () => {
    await writeFileAtomic(folder("new", "folder", "a"), "a long old content");
    await writeFileAtomic(folder("new", "folder", "a"), "new");
    expect(await readFile(folder("new", "folder", "a"), "utf8")).toBe("new");
    expect(await readdir(folder("new", "folder"))).toEqual(["a"]);
  });

  test("keep their old content, and leave nothing beside them, when they cannot be replaced", async () => {
    await mkdir(folder("a", "b"), { recursive: true });
    await expect(writeFileAtomic(folder("a"), "new")).rejects.toThrow();
    expect(await readdir(folder())).toEqual(["a"]);
    expect(await readdir(folder("a"))).toEqual(["b"]);
  });

  test("are seen whole by readers while they are replaced again and again", async () => {
    const contents = ["a".repeat(300_000), "b".repeat(200_000)];
    await writeFileAtomic(folder("a"), contents[0] ?? "");
    const writing = Array.from({ length: 20 }, (_, index) =>
      writeFileAtomic(folder("a"), contents[index % 2] ?? ""),
    );
    for (let read = 0; read < 50; read += 1) expect(contents).toContain(await readFile(folder("a"), "utf8"));
    await Promise.all(writing);
  });

  test("can be made for the owner's eyes only", async () => {
    await writeFileAtomic(folder("secret"), "x", 0o600);
    const { mode } = await stat(folder("secret"));
    if (process.platform !== "win32") expect(mode & 0o777).toBe(0o600);
  });

  test("hold JSON with two spaces and a line feed at the end", async () => {
    await writeJson(folder("a.json"), { b: [1, "ü"], c: undefined, a: null });
    expect(await readFile(folder("a.json"), "utf8")).toBe(
      '{\n  "b": [\n    1,\n    "ü"\n  ],\n  "a": null\n}\n',
    );
    expect(await findJson(folder("a.json"))).toEqual({ b: [1, "ü"], a: null });
  });

  test.each([NaN, Infinity, -Infinity])("never hold %p", (value) => {
    expect(() => toStoredJson({ deep: [{ rmse: value }] })).toThrow(
      `"rmse" is ${value}, which JSON cannot hold. This is a bug.`,
    );
  });

  test("of JSON that are not there are undefined, those that are garbled are named", async () => {
    expect(await findJson(folder("none.json"))).toBeUndefined();
    await writeFile(folder("bad.json"), '{"a": ');
    await expect(findJson(folder("bad.json"))).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: `${folder("bad.json")} is not valid JSON. Delete it, or restore it from a backup.`,
    });
  });

  test("of JSON at whose place is something else are named with that", async () => {
    await mkdir(folder("folder.json"));
    await symlink("loop.json", folder("loop.json"));
    await writeFile(folder("file"), "");
    for (const [name, found] of [
      ["folder.json", "is a folder, and not a file"],
      ["loop.json", "is a link that leads back to itself"],
      ["file/a.json", "lies below a file, and not in a folder"],
    ] as const) {
      await expect(findJson(folder(name))).rejects.toMatchObject({
        code: "STORAGE_FAILED",
        message: `${folder(name)} ${found}. Delete it, or restore it from a backup.`,
      });
    }
  });

  test("are there or not", async () => {
    await writeFile(folder("a"), "");
    expect(await fileExists(folder("a"))).toBe(true);
    expect(await fileExists(folder("b"))).toBe(false);
    expect(await fileExists(folder("a", "b"))).toBe(false);
  });
});
