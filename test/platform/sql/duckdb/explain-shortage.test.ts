import { tmpdir } from "node:os";
import path from "node:path";
import { explainShortage } from "../../../../platform/sql/duckdb/explain-shortage";

const coded = (code: string): Error => Object.assign(new Error(`${code}: something, write`), { code });
const rest =
  "has no room for the rest. Free some space there, set TMPDIR to a folder on another disk, or use less data.";
const full = `The data does not fit memory, and ${tmpdir()} ${rest}`;
const limited = `The data needs a file in ${tmpdir()} that is larger than this process may write. Raise the limit (ulimit -f).`;

test.each([
  ["a full disk, as the process is told", coded("ENOSPC"), full],
  ["a quota, as the process is told", coded("EDQUOT"), full],
  ["a limit, as the process is told", coded("EFBIG"), limited],
  [
    "a full disk, as the engine says it",
    new Error("IO Error: Could not write: No space left on device"),
    full,
  ],
  ["memory", new Error("Out of Memory Error: could not allocate block"), full],
  ["a limit, as the engine says it", new Error("IO Error: Could not write: File too large"), limited],
  [
    "a full disk below the folder of temporary files",
    new Error(`IO Error: Could not write file "${path.join(tmpdir(), "x")}": No space left on device`),
    full,
  ],
  [
    "another disk",
    new Error('IO Error: Could not write file "/elsewhere/x": No space left on device'),
    "There is no room for /elsewhere/x. Free some space on its disk, or name a file on another.",
  ],
])("%s has run out", (_, error, message) => {
  expect(explainShortage(error)).toMatchObject({ code: "STORAGE_FAILED", message, cause: error });
});

test("any other error stays what it is", () => {
  const errors = [new Error("Parser Error: syntax error"), coded("EACCES")];
  for (const error of errors) expect(explainShortage(error)).toBe(error);
});
