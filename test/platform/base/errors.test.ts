import { readFile, writeFile } from "node:fs/promises";
import type { ErrorCode } from "../../../platform/base/errors";
import {
  PlatformError,
  describeBug,
  errorCodes,
  explainStorageError,
  explainedReasonOf,
  reasonOf,
  stackOf,
  systemErrorCode,
} from "../../../platform/base/errors";
import { useTemporaryFolder } from "./temporary-folder";

const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: something, write '/data/x'`), {
    code,
    syscall: "write",
    path: "/data/x",
  });

describe("errors", () => {
  const folder = useTemporaryFolder();

  test.each(Object.entries(errorCodes) as [ErrorCode, number][])(
    "with the code %s answer with %d",
    (code, status) => {
      const cause = new Error("why");
      const error = new PlatformError(code, "what", { cause });
      expect(error).toMatchObject({ name: "PlatformError", code, status, message: "what", cause });
    },
  );

  test.each<[string, unknown, string, RegExp]>([
    ["an error", new TypeError("x is no number"), "x is no number", /^TypeError: x is no number\n +at /],
    ["one without a stack", Object.assign(new Error("why"), { stack: undefined }), "why", /^why$/],
    ["text", "why", "why", /^why$/],
    ["nothing", undefined, "undefined", /^undefined$/],
  ])("are told and traced: %s", (_, thrown, reason, stack) => {
    expect(reasonOf(thrown)).toBe(reason);
    expect(stackOf(thrown)).toMatch(stack);
    expect(describeBug(thrown)).toBe(`This is a bug; please report it with these lines.\n${stackOf(thrown)}`);
  });

  test("of the system have a code, others have none", async () => {
    await writeFile(folder("a"), "");
    const thrown = await readFile(folder("a", "b")).catch((error: unknown) => error);
    expect(systemErrorCode(thrown)).toBe("ENOTDIR");
    expect(systemErrorCode(new Error("x"))).toBeUndefined();
    expect(systemErrorCode(Object.assign(new Error("x"), { code: 5 }))).toBeUndefined();
    expect(systemErrorCode("ENOENT")).toBeUndefined();
    expect(systemErrorCode(undefined)).toBeUndefined();
  });

  test.each([
    ["ENOSPC", "The disk is full. Free some space or set MLOPS_HOME to a folder on another disk."],
    ["EDQUOT", "The disk quota is used up. Free some space or set MLOPS_HOME to a folder elsewhere."],
    ["EFBIG", "The file would be larger than this process may write. Raise the limit (ulimit -f)."],
    ["EROFS", "The file system is read-only. Set MLOPS_HOME to a folder that can be written."],
    [
      "EACCES",
      "Permission is denied. Change the folder's permissions or set MLOPS_HOME to a folder of your own.",
    ],
    ["EPERM", "The operation is not permitted. Set MLOPS_HOME to a folder that can be written."],
    ["ENOTDIR", "A part of the path is a file, not a folder. Remove it or set MLOPS_HOME to another folder."],
    ["EISDIR", "A folder is there, and a file is expected. Name a file."],
    ["EMFILE", "Too many files are open. Raise the limit (ulimit -n)."],
  ])("of storage with the code %s name the path and the remedy", (code, remedy) => {
    const cause = systemError(code);
    expect(explainStorageError(cause)).toMatchObject({
      code: "STORAGE_FAILED",
      message: `Cannot write /data/x. ${remedy}`,
      cause,
    });
  });

  test("of storage name the setting of the folder that cannot be written", () => {
    expect(explainStorageError(systemError("EACCES"), "a file", "MLOPS_MODELS")).toMatchObject({
      message:
        "Cannot write /data/x. Permission is denied. Change the folder's permissions or set MLOPS_MODELS to a folder of your own.",
    });
  });

  test("of storage that name no path name the place that was given", () => {
    const error = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });
    expect(explainStorageError(error, "/data")).toMatchObject({
      message: expect.stringContaining("Cannot write /data."),
    });
    expect(explainStorageError(error)).toMatchObject({
      message: expect.stringContaining("Cannot write a file."),
    });
  });

  test("of other kinds stay as they are", () => {
    for (const error of [
      systemError("ENOENT"),
      new Error("x"),
      new PlatformError("BUSY", "x"),
      "text",
      undefined,
    ]) {
      expect(explainStorageError(error)).toBe(error);
    }
  });
});

test("what went wrong is said in words, also of a disk", () => {
  const full = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" });
  expect(explainedReasonOf(full)).toMatch(/^Cannot write a file\. The disk is full\./);
  expect(explainedReasonOf(new Error("Other."))).toBe("Other.");
});
