import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import path from "node:path";
import { openWorkspace, requireWritable } from "../../../platform/settings/workspace";
import { useTemporaryFolder } from "../base/temporary-folder";

describe("a workspace", () => {
  const folder = useTemporaryFolder();

  test("makes its folder and leaves nothing of the check in it", async () => {
    const workspace = await openWorkspace(folder("a", "b"));
    await requireWritable(workspace);
    expect(await readdir(workspace.home)).toEqual([]);
  });

  test("is opened without writing to it: some may only read it", async () => {
    await mkdir(folder("home"));
    const before = await stat(folder("home"), { bigint: true });
    await openWorkspace(folder("home"));
    expect((await stat(folder("home"), { bigint: true })).mtimeNs).toBe(before.mtimeNs);
  });

  test("gives absolute paths, also for a relative folder", async () => {
    const home = folder("home");
    expect(await openWorkspace(path.relative(process.cwd(), home))).toEqual({
      home,
      audit: path.join(home, "audit"),
      auditSeen: path.join(home, "audit-seen"),
      windows: path.join(home, "windows"),
      decisions: path.join(home, "decisions"),
      runs: path.join(home, "runs"),
      registry: path.join(home, "registry"),
      data: path.join(home, "data"),
      packages: path.join(home, "packages"),
      environments: path.join(home, "environments"),
      predictions: path.join(home, "predictions"),
      python: path.join(home, "python"),
      reports: path.join(home, "reports"),
    });
  });

  test("keeps what is in its folder", async () => {
    await mkdir(folder("home"));
    await writeFile(folder("home", "kept"), "");
    await openWorkspace(folder("home"));
    expect(await readdir(folder("home"))).toEqual(["kept"]);
  });

  test("says that its path is a file", async () => {
    await writeFile(folder("file"), "");
    await expect(openWorkspace(folder("file"))).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: `MLOPS_HOME is "${folder("file")}", which is a file. Expected a folder. Remove the file or set MLOPS_HOME to another path.`,
    });
  });

  test("says that a part of its path is a file", async () => {
    await writeFile(folder("file"), "");
    await expect(openWorkspace(folder("file", "home"))).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: `MLOPS_HOME is "${folder("file", "home")}", but ${folder("file")} is a file. Expected a folder. Remove the file or set MLOPS_HOME to another path.`,
    });
  });

  // Permissions do not bind root, but /sys takes nobody's folders: EPERM, EACCES or EROFS, by who asks and where.
  (process.platform === "linux" ? test : test.skip)("says that its folder cannot be made", async () => {
    await expect(openWorkspace("/sys/mlops")).rejects.toMatchObject({
      code: "STORAGE_FAILED",
      message: expect.stringMatching(/^Cannot mkdir \/sys\/mlops\. .*MLOPS_HOME/),
    });
  });

  (process.platform === "linux" ? test : test.skip)(
    "says before work is done that it cannot be written, by its own name",
    async () => {
      await expect(requireWritable(await openWorkspace("/sys"))).rejects.toMatchObject({
        code: "STORAGE_FAILED",
        message: expect.stringMatching(/^Cannot write to \/sys\. .*MLOPS_HOME/),
      });
    },
  );
});
