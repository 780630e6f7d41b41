import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { OutputLog } from "../../../training/program/output-log";

let folder = "";
beforeEach(() => (folder = mkdtempSync(path.join(tmpdir(), "log-"))));
afterEach(() => rmSync(folder, { recursive: true }));

test("lines are in the file as soon as they are written, for the owner's eyes alone", () => {
  const file = path.join(folder, "run", "trainer.log");
  const log = OutputLog.open(file);
  log.write("one");
  expect(readFileSync(file, "utf8")).toBe("one\n");
  expect(statSync(file).mode & 0o777).toBe(0o600);
  log.close();
  const again = OutputLog.open(file);
  again.write("two");
  again.close();
  expect(readFileSync(file, "utf8")).toBe("one\ntwo\n");
});

test("a program that prints without end does not fill the disk; what is left out is said", () => {
  const file = path.join(folder, "trainer.log");
  const log = OutputLog.open(file, 20);
  for (let line = 0; line < 1000; line++) log.write("123456789");
  log.close();
  expect(readFileSync(file, "utf8")).toBe(
    "123456789\n123456789\n[9980 more bytes were printed and are not kept: the log ends here]\n",
  );
});

test("a folder that is a file is said in words", () => {
  writeFileSync(path.join(folder, "file"), "");
  expect(() => OutputLog.open(path.join(folder, "file", "trainer.log"))).toThrow(
    /(ENOTDIR|EEXIST|A part of the path is a file)/,
  );
});
