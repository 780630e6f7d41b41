import { explainForm } from "../../../../cli/dashboard/routes/form-fields";
import { PlatformError } from "../../../../platform/base/errors";

const full = Object.assign(new Error("ENOSPC: no space left on device, write"), {
  code: "ENOSPC",
  syscall: "write",
});

test("a disk that is full is the operator's to mend", () => {
  expect(explainForm(full)).toMatchObject({
    code: "STORAGE_FAILED",
    message:
      "Cannot write the file that was sent. The disk is full. Free some space or set TMPDIR to a folder on another disk.",
  });
});

test("what a parser does not understand is its sender's", () => {
  expect(explainForm(new Error("Unexpected end of multipart data"))).toMatchObject({
    code: "USAGE",
    message: expect.stringMatching(/^The form did not arrive whole: Unexpected end of multipart data\. /),
  });
});

test("what says itself what it is stays", () => {
  const gone = Object.assign(new Error("gone"), { code: "ECONNRESET" });
  const limit = Object.assign(new Error("reach fields limit"), { statusCode: 413 });
  for (const error of [new PlatformError("USAGE", "No."), gone, limit])
    expect(explainForm(error)).toBe(error);
});
