import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describeScored, fileOf } from "../../../cli/watching/score-file";
import { openStorage } from "../../../platform/storage/open-storage";
import { Azurite } from "../../platform/storage/azurite";

describe("a file to score", () => {
  let azurite: Azurite;
  let scratch: string;
  beforeAll(async () => {
    azurite = await Azurite.start();
    scratch = await mkdtemp(path.join(tmpdir(), "mlops-score-"));
  });
  afterAll(async () => {
    await azurite.stop();
    await rm(scratch, { recursive: true, force: true });
  });

  test("may be in a blob container: its address, with a signature or not, is that of a copy", async () => {
    await azurite.client().createContainer("batch");
    const address = new URL(azurite.signedUrl("batch"));
    await (await openStorage(address.href)).put("in/new rows.csv", "age\n5\n");
    address.pathname += "/in/new rows.csv";
    const copy = await fileOf(address.href, scratch);
    expect(copy).toBe(path.join(scratch, "new rows.csv"));
    expect(await readFile(copy, "utf8")).toBe("age\n5\n");
    address.pathname += "x";
    await expect(fileOf(address.href, scratch)).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("on this machine is what it is", async () => {
    expect(await fileOf("rows.csv", scratch)).toBe("rows.csv");
  });
});

test.each([
  [{ read: 1, scored: 1, rejected: 0 }, "1 row read: 1 scored by a:1 into o.csv, none rejected."],
  [
    { read: 12_000, scored: 11_000, rejected: 1000, rejects: "o.rejected.csv" },
    "12,000 rows read: 11,000 scored by a:1 into o.csv, 1,000 rejected into o.rejected.csv, which says why.",
  ],
])("what became of the rows is said in counts that add up: %j", (counts, text) => {
  expect(describeScored({ ...counts, model: "a:1", output: "o.csv" })).toBe(text);
});
