import { mkdir, readdir, writeFile } from "node:fs/promises";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../base/temporary-folder";
import { storageContract } from "./storage.contract";

describe("the local storage", () => {
  const folder = useTemporaryFolder();

  storageContract(() => Promise.resolve(openLocalStorage(folder("storage"))));

  test("makes its folder when the first file is written, not before", async () => {
    const storage = openLocalStorage(folder("storage"));
    expect(await storage.list("")).toEqual([]);
    expect(await readdir(folder())).toEqual([]);
  });

  test("does not show what a writer left that was killed", async () => {
    const storage = openLocalStorage(folder());
    await storage.put("a.json", "{}");
    await writeFile(folder("a.json.4711-0a1b2c3d.tmp"), "{");
    await writeFile(folder("b.tmp"), "");
    expect(await storage.list("")).toEqual(["a.json", "b.tmp"]);
  });

  test("says that a folder has the name of the file", async () => {
    const storage = openLocalStorage(folder());
    await mkdir(folder("a", "b"), { recursive: true });
    await expect(storage.put("a", "")).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: `Cannot write "a" below ${folder()}: a folder and a file would have the same name. Choose another path.`,
    });
    expect(await readdir(folder())).toEqual(["a"]);
  });

  test("says that a file has the name of the folder", async () => {
    const storage = openLocalStorage(folder());
    await storage.put("a", "");
    await expect(storage.put("a/b", "")).rejects.toMatchObject({ code: "STORAGE_FAILED" });
    await expect(storage.get("a/b")).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});
