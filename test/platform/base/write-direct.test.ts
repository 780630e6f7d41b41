import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { writeFileAtomic } from "../../../platform/base/files";
import { pageAlignedBuffer, writeSectors } from "../../../platform/base/write-direct";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "mlops-test-"));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const large = 9 * 1024 * 1024 + 123;

function filled(buffer: Buffer): Buffer {
  for (let at = 0; at < buffer.length; at++) buffer[at] = (at * 31 + (at >>> 12)) & 255;
  return buffer;
}

test("a buffer has the length that was asked for", () => {
  expect(pageAlignedBuffer(large)).toHaveLength(large);
  expect(pageAlignedBuffer(1)).toHaveLength(1);
});

test("whole sectors of a large content are written, or nothing is", async () => {
  const file = path.join(folder, "sectors");
  const content = filled(pageAlignedBuffer(large));
  const written = await writeSectors(file, content, 0o600);
  // A file system may not have it.
  if (written === 0) expect(readdirSync(folder)).toEqual([]);
  else {
    expect(written).toBe(large - (large % 4096));
    expect(readFileSync(file).equals(content.subarray(0, written))).toBe(true);
    expect(statSync(file).mode & 0o777).toBe(0o600);
  }
});

test("nothing is written of what is small, and no file is left", async () => {
  const file = path.join(folder, "small");
  expect(await writeSectors(file, pageAlignedBuffer(4096), 0o600)).toBe(0);
  // It begins at no page.
  expect(await writeSectors(file, filled(pageAlignedBuffer(large)).subarray(1), 0o600)).toBe(0);
  expect(readdirSync(folder)).not.toContain("small");
});

test.each([
  ["at a page", (bytes: number) => pageAlignedBuffer(bytes)],
  ["elsewhere", (bytes: number) => pageAlignedBuffer(bytes + 1).subarray(1)],
])("a file is written whole from a buffer that begins %s", async (_, make) => {
  for (const bytes of [large, 16 * 1024 * 1024, 5000]) {
    const file = path.join(folder, "whole");
    const content = filled(make(bytes));
    await writeFileAtomic(file, content);
    expect(readFileSync(file).equals(content)).toBe(true);
    expect(readdirSync(folder).filter((name) => name.startsWith("whole"))).toEqual(["whole"]);
  }
});
