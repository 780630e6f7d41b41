import { readFile, readdir, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import path from "node:path";
import { acquireLock, isHeld } from "../../../platform/base/lock";
import { ownIdentity } from "../../../platform/base/process-identity";
import type { Child } from "./child-process";
import { startChild } from "./child-process";
import { useTemporaryFolder } from "./temporary-folder";

const program = path.join(__dirname, "fixtures", "hold-lock.ts");

describe("a lock", () => {
  const folder = useTemporaryFolder();
  const file = (): string => folder("locks", "diabetes.lock");
  const hold = (seconds: number, ...more: string[]): Child =>
    startChild(program, [file(), String(seconds), ...more]);
  const leftFiles = (): Promise<string[]> => readdir(folder("locks"));

  async function writeHolder(change: Record<string, unknown>): Promise<void> {
    await (await acquireLock(file(), "x")).release();
    const since = "2026-11-21T00:00:00.000Z";
    await writeFile(file(), JSON.stringify({ what: "run", since, nonce: "n", ...ownIdentity(), ...change }));
  }

  test("is held by one, who is named to the next", async () => {
    const before = Date.now();
    const lock = await acquireLock(file(), "lifecycle of diabetes");
    const message = await acquireLock(file(), "anything").then(() => "taken", String);
    const since = /since (\S+)\. /.exec(message)?.[1] ?? "";
    expect(message).toBe(
      `PlatformError: Another lifecycle of diabetes is under way: process ${process.pid} on ${hostname()}, since ${since}. ` +
        `One at a time is allowed. Wait until it ends, or stop process ${process.pid}.`,
    );
    expect(Date.parse(since)).toBeGreaterThanOrEqual(before);
    await lock.release();
  });

  test("can be taken again once it was given back", async () => {
    const first = await acquireLock(file(), "x");
    await first.release();
    const second = await acquireLock(file(), "x");
    await first.release();
    await expect(acquireLock(file(), "x")).rejects.toMatchObject({ code: "BUSY" });
    await second.release();
    expect(await leftFiles()).toEqual([]);
  });

  test("names another process that holds it", async () => {
    const child = hold(60);
    expect(await child.line()).toBe("locked");
    await expect(acquireLock(file(), "x")).rejects.toMatchObject({
      code: "BUSY",
      message: expect.stringContaining(`process ${child.process.pid} on ${hostname()}`),
    });
    await child.kill();
  });

  test.each([
    ["gives it back", ["release"]],
    ["just ends", []],
  ])("is free after a process that %s", async (_, more) => {
    const child = hold(0, ...more);
    expect(await child.line()).toBe("locked");
    expect(await child.ended).toBe(0);
    expect(await leftFiles()).toEqual([]);
  });

  test("of a process that was killed is taken over", async () => {
    const child = hold(60);
    await child.line();
    await child.kill();
    expect(await leftFiles()).toEqual(["diabetes.lock"]);
    const lock = await acquireLock(file(), "x");
    expect(JSON.parse(await readFile(file(), "utf8"))).toMatchObject({ pid: process.pid });
    await lock.release();
    expect(await leftFiles()).toEqual([]);
  });

  test("of a killed process goes to exactly one of those who try at once", async () => {
    const killed = hold(60);
    await killed.line();
    await killed.kill();
    const rivals = Array.from({ length: 6 }, () => hold(60));
    const said = await Promise.all(rivals.map((rival) => rival.line()));
    expect(said.filter((line) => line === "locked")).toHaveLength(1);
    expect(said.filter((line) => line.includes("Another lifecycle of diabetes is under way"))).toHaveLength(
      5,
    );
    await Promise.all(rivals.map((rival) => rival.kill()));
  });

  test("abandoned is never held by two of this process's own attempts", async () => {
    for (let round = 0; round < 20; round += 1) {
      await writeHolder({ pid: 4_000_000 });
      const attempts = await Promise.allSettled(Array.from({ length: 8 }, () => acquireLock(file(), "x")));
      const locks = attempts.filter((attempt) => attempt.status === "fulfilled");
      expect(locks).toHaveLength(1);
      for (const { value } of locks) await value.release();
    }
    expect(await leftFiles()).toEqual([]);
  });

  const onLinux = process.platform === "linux" ? test : test.skip;

  onLinux("is taken over when its process id belongs to a later process now", async () => {
    await writeHolder({ startTicks: "1" });
    await (await acquireLock(file(), "x")).release();
  });

  onLinux("is taken over when the host was started again since", async () => {
    await writeHolder({ boot: "an earlier one" });
    await (await acquireLock(file(), "x")).release();
  });

  test.each([
    ["another host", { host: "elsewhere" }],
    ["another container of this host", { namespace: "pid:[1]" }],
  ])("of %s is not taken over, as whether its process runs cannot be seen", async (_, change) => {
    await writeHolder({ ...change, pid: 4_000_000 });
    await expect(acquireLock(file(), "x")).rejects.toMatchObject({
      code: "BUSY",
      message: expect.stringContaining(
        `One at a time is allowed. Whether it still runs cannot be seen from here; if it does not, delete ${file()}.`,
      ),
    });
  });

  test("is not waited for for ever where its place is a link to nothing", async () => {
    await (await acquireLock(file(), "x")).release();
    await symlink(folder("nowhere"), file());
    await expect(acquireLock(file(), "x")).rejects.toMatchObject({
      code: "BUSY",
      message: `${file()} is a link to a file that is not there. Expected a lock. Delete it.`,
    });
  });

  test("is held while its process runs, and not when it is garbled, abandoned or not there", async () => {
    expect(await isHeld(file())).toBe(false);
    const lock = await acquireLock(file(), "test");
    expect(await isHeld(file())).toBe(true);
    await lock.release();
    await writeHolder({ pid: 2 ** 22 + 1, startTicks: "1" });
    expect(await isHeld(file())).toBe(false);
    await writeFile(file(), "nonsense");
    expect(await isHeld(file())).toBe(false);
  });

  test.each(["", "4711", "{}", "nonsense"])("that holds %j is not touched", async (content) => {
    await writeHolder({});
    await writeFile(file(), content);
    await expect(acquireLock(file(), "x")).rejects.toMatchObject({
      code: "BUSY",
      message: `${file()} is not a lock of this program. Expected its JSON. Delete the file.`,
    });
    expect(await readFile(file(), "utf8")).toBe(content);
  });

  test("says that its folder is a file", async () => {
    await writeFile(folder("locks"), "");
    await expect(acquireLock(folder("locks", "a", "b.lock"), "x")).rejects.toMatchObject({
      code: "STORAGE_FAILED",
    });
  });
});
