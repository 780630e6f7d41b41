import { countRecords, removeRecords } from "../../../platform/predictions/forget-records";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../base/temporary-folder";

const folder = useTemporaryFolder();
const open = () => openLocalStorage(folder("log"));

const line = (id: string, ...emails: string[]): string =>
  JSON.stringify({
    id,
    time: "2026-11-21T12:00:00.000Z",
    model: "churn:1",
    inputs: emails.map((email) => ({ email, age: 1 })),
    outputs: emails.map(() => 1),
  });

async function put(files: Readonly<Record<string, readonly string[]>>): Promise<void> {
  for (const [file, lines] of Object.entries(files)) await open().put(file, `${lines.join("\n")}\n`);
}

const read = async (file: string): Promise<string> => Buffer.from(await open().get(file)).toString("utf8");
const hour = "date=2026-11-21/hour=12";

test("records of a request go in every environment, and a file without others goes", async () => {
  await put({
    [`prod/churn/${hour}/1.jsonl`]: [line("a", "x"), line("b", "y"), line("a", "z")],
    [`prod/churn/${hour}/2.jsonl`]: [line("a", "x")],
    [`qa/churn/${hour}/1.jsonl`]: [line("a", "x"), line("aa", "x")],
    [`prod/other/${hour}/1.jsonl`]: [line("a", "x")],
  });
  const wanted = { ids: new Set(["a"]) };
  expect(await countRecords(open(), "churn", wanted)).toEqual({ prod: 3, qa: 1 });
  expect(await removeRecords(open(), "churn", wanted)).toEqual({ prod: 3, qa: 1 });
  expect(await open().list("")).toEqual([
    `prod/churn/${hour}/1.jsonl`,
    `prod/other/${hour}/1.jsonl`,
    `qa/churn/${hour}/1.jsonl`,
  ]);
  expect(await read(`prod/churn/${hour}/1.jsonl`)).toBe(`${line("b", "y")}\n`);
  expect(await read(`qa/churn/${hour}/1.jsonl`)).toBe(`${line("aa", "x")}\n`);
  expect(await removeRecords(open(), "churn", wanted)).toEqual({});
});

test("a request of several rows goes whole by what one of them has in a column", async () => {
  await put({ [`prod/churn/${hour}/1.jsonl`]: [line("a", "x", "y"), line("b", "z")] });
  const wanted = { ids: new Set<string>(), column: { name: "email", value: "y" } };
  expect(await removeRecords(open(), "churn", wanted)).toEqual({ prod: 1 });
  expect(await read(`prod/churn/${hour}/1.jsonl`)).toBe(`${line("b", "z")}\n`);
});

test("a line that was cut short goes by its begin, and one of another request stays", async () => {
  const cut = (id: string): string => line(id, "x").slice(0, 40);
  await put({ [`prod/churn/${hour}/1.jsonl`]: [cut("a"), cut("b"), line("c", "x")] });
  expect(await removeRecords(open(), "churn", { ids: new Set(["a"]) })).toEqual({ prod: 1 });
  expect(await read(`prod/churn/${hour}/1.jsonl`)).toBe(`${cut("b")}\n${line("c", "x")}\n`);
});
