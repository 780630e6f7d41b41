import { writeFile } from "node:fs/promises";
import { z } from "zod";
import { digestOf } from "../../../platform/base/files";
import { digestSchema, findRecord } from "../../../platform/base/stored-record";
import { useTemporaryFolder } from "./temporary-folder";

const folder = useTemporaryFolder();
const schema = z.object({ rows: z.number(), model: z.object({ digest: digestSchema }) });

async function read(content: string, remedy?: string): Promise<unknown> {
  await writeFile(folder("record.json"), content);
  return findRecord(folder("record.json"), schema, remedy);
}

test("a record is read as its schema says, and one that is not there is undefined", async () => {
  const record = { rows: 3, model: { digest: digestOf("x") } };
  expect(await read(JSON.stringify({ ...record, older: true }))).toEqual(record);
  expect(await findRecord(folder("none.json"), schema)).toBeUndefined();
});

test.each([
  ["{", "is not valid JSON."],
  ["[]", "is corrupt: the file: Invalid input: expected object, received array."],
  [
    JSON.stringify({ rows: "3", model: { digest: "abc" } }),
    "is corrupt: rows: Invalid input: expected number, received string; model.digest: is no SHA-256 digest.",
  ],
])("%s is refused with the file, every fault and the remedy", async (content, fault) => {
  await expect(read(content)).rejects.toMatchObject({
    code: "STORAGE_FAILED",
    message: `${folder("record.json")} ${fault} Delete it, or restore it from a backup.`,
  });
  await expect(read(content, "Make it again.")).rejects.toMatchObject({
    message: `${folder("record.json")} ${fault} Make it again.`,
  });
});
