import { z } from "zod";
import { readRecord } from "../../../platform/storage/read-record";

const schema = z.object({ name: z.string() });
const corrupt = (why: string, cause: unknown): Error => new Error(`corrupt: ${why}`, { cause });
const read = (text: string) =>
  readRecord({ get: () => Promise.resolve(Buffer.from(text)) }, "a.json", schema, corrupt);

test("a record is what its file has", async () => {
  expect(await read('{"name":"é"}')).toEqual({ name: "é" });
});

test.each([
  ["{", "corrupt: it is not JSON"],
  ["{}", "corrupt: name: "],
])("what is wrong with %s is told by who asked", async (text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});
