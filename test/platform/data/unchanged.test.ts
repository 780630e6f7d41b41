import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { withTemporaryFolder } from "../../../platform/base/files";
import { requireUnchanged, settledState, stampOf } from "../../../platform/data/unchanged";

test("a file that is what it was is let be; one that was written since, or is gone, is refused", () =>
  withTemporaryFolder("mlops-unchanged-", async (folder) => {
    const file = path.join(folder, "data.parquet");
    await writeFile(file, "one");
    const source = { file, stamp: await stampOf({ file }) };
    await requireUnchanged(source);
    await writeFile(file, "other");
    await expect(requireUnchanged(source)).rejects.toThrow(/data\.parquet has changed since it was read/);
    await rm(file);
    await expect(requireUnchanged(source)).rejects.toMatchObject({ code: "CONFLICT" });
  }));

test("of a folder the files that are its data count, and no others", () =>
  withTemporaryFolder("mlops-unchanged-", async (folder) => {
    await mkdir(path.join(folder, "a"));
    await writeFile(path.join(folder, "a", "1.csv"), "x");
    const source = {
      file: folder,
      files: ["a/1.csv"],
      stamp: await stampOf({ file: folder, files: ["a/1.csv"] }),
    };
    await writeFile(path.join(folder, "2.csv"), "x");
    await requireUnchanged(source);
    await writeFile(path.join(folder, "a", "1.csv"), "xy");
    await expect(requireUnchanged(source)).rejects.toMatchObject({ code: "CONFLICT" });
  }));

test("a file's state tells its content once its last change is some seconds ago", () =>
  withTemporaryFolder("mlops-unchanged-", async (folder) => {
    const file = path.join(folder, "data.csv");
    await writeFile(file, "one");
    expect(await settledState(file)).toBeUndefined();
    const now = Date.now();
    const clock = jest.spyOn(Date, "now").mockReturnValue(now + 60_000);
    const before = await settledState(file);
    expect(before).toBeDefined();
    expect(await settledState(file)).toBe(before);
    await writeFile(file, "two");
    expect(await settledState(file)).not.toBe(before);
    // A clock that is behind tells nothing.
    clock.mockReturnValue(now - 60_000);
    expect(await settledState(file)).toBeUndefined();
    clock.mockRestore();
  }));
