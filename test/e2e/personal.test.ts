import { cpSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import type { Forgotten } from "../../cli/forgetting/forget";
import type { AuditEntry } from "../../platform/audit/audit-entry";
import { closeGracefully, listen } from "../../platform/http/listening";
import type { RunRecord } from "../../cli/runs/runs";
import { Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
const data = path.join(models, "loans", "data.csv");

/** Incomes and clients that occur nowhere else. */
const income = (index: number): string => `${31_007 + index * 97}.${61_000 + index}`;
const rows = Array.from({ length: 400 }, (_, index) => {
  const months = (index * 37) % 180;
  const repaid = months + (index % 7) * 12 > 110;
  return `Client-No-${index},${income(index)},${index % 3 === 0 ? "north" : "south"},${months},${repaid}`;
});

beforeAll(async () => {
  cpSync(path.join(__dirname, "fixtures", "personal-models"), models, { recursive: true });
  await writeFile(data, `client,income,region,months,repaid\n${rows.join("\n")}\n`);
});

/** An income as a program writes it: its text, and as a number of 64 and of 32 bits. */
function writtenIncomes(): string[] {
  return rows.flatMap((_, index) => {
    const bytes = Buffer.alloc(12);
    bytes.writeDoubleLE(Number(income(index)));
    bytes.writeFloatLE(Number(income(index)), 8);
    return [income(index), bytes.toString("latin1", 0, 8), bytes.toString("latin1", 8)];
  });
}

/** Files of the home, but for the kept data itself, in which a client or an income of the data stands. */
function filesThatTell(): string[] {
  const numbers = writtenIncomes();
  return readdirSync(place.path(), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(place.path(), path.join(entry.parentPath, entry.name)))
    .filter((file) => !file.startsWith(`data${path.sep}`))
    .filter((file) => {
      const text = readFileSync(place.path(file), "latin1");
      return text.includes("Client-No-") || numbers.some((number) => text.includes(number));
    });
}

test("personal values are in no log, report, model or package of a whole life, and what serves describes itself without", async () => {
  const run = await place.json<RunRecord>(["lifecycle", "--model", "loans", "--yes"], 0, env);
  expect(run).toMatchObject({ outcome: "released", version: "loans:1" });
  expect(filesThatTell()).toEqual([]);
  const golden = await place.readJson<{ rows: Record<string, unknown>[] }>(
    "runs",
    run.id,
    "model",
    "golden.json",
  );
  expect(golden.rows.map((row) => row.income).slice(0, 2)).toEqual([6250, 18_750]);
  const reference = await place.readJson<{ columns: object }>("runs", run.id, "model", "reference.json");
  expect(Object.keys(reference.columns)).toEqual(["months", "repaid"]);
  const [day] = readdirSync(place.path("predictions", "prod", "loans"), {
    recursive: true,
    encoding: "utf8",
  }).filter((file) => file.endsWith(".jsonl"));
  const [line = ""] = readFileSync(place.path("predictions", "prod", "loans", day ?? ""), "utf8").split("\n");
  expect(JSON.parse(line)).toMatchObject({ redacted: ["income", "region"] });
  expect(Object.keys((JSON.parse(line) as { inputs: object[] }).inputs[0] ?? {})).toEqual(["months"]);
});

test("trees over a personal number part it where nobody's value is", async () => {
  const trees = path.join(models, "loans-trees");
  cpSync(path.join(models, "loans"), trees, { recursive: true });
  const definition = path.join(trees, "model.ts");
  const text = readFileSync(definition, "utf8")
    .replace('name: "loans"', 'name: "loans-trees"')
    .replace('{ kind: "logistic", l2: 1 }', '{ kind: "boosted-trees", minLeafRows: 5 }');
  await writeFile(definition, text);
  // Who earns more repays, now and then not.
  const taught = rows.map((row, index) => row.replace(/\w+$/, String(index > 200 !== (index % 9 === 0))));
  await writeFile(path.join(trees, "data.csv"), `client,income,region,months,repaid\n${taught.join("\n")}\n`);
  const run = await place.json<RunRecord>(["lifecycle", "--model", "loans-trees", "--yes"], 0, env);
  expect(run).toMatchObject({ outcome: "released" });
  const model = readFileSync(place.path("runs", run.id, "model", "model.onnx"), "latin1");
  expect(model).toContain("TreeEnsemble");
  expect(filesThatTell()).toEqual([]);
});

/** Whether a text has a client, or an income of the data. */
function tells(text: string): boolean {
  return text.includes("Client-No-") || rows.some((_, index) => text.includes(income(index)));
}

test("what serves describes itself, and the page shows its form, without any of them", async () => {
  const serving = place.start(["serve", "--model", "loans"], env);
  await serving.printed("Ctrl-C stops it.");
  const [, url = ""] = /serves at (http:\S+)\./.exec(serving.output()) ?? [];
  for (const address of ["/openapi.json", "/swagger.json", "/metadata", "/v2/models/loans"]) {
    const answer = await fetch(`${url}${address}`);
    const text = await answer.text();
    expect([address, answer.status, tells(text)]).toEqual([address, 200, false]);
    // It is the description of this very model.
    expect(text).toContain("income");
  }
  const free = createServer();
  const port = await listen(free, { host: "127.0.0.1", port: 0 });
  await closeGracefully(free);
  const page = place.start(["page", "--model", "loans", "--port", String(port)], env);
  await page.printed("Ctrl-C stops it.");
  const [, link = ""] = /is at (http:\S+)/.exec(page.output()) ?? [];
  const first = await fetch(link, { redirect: "manual" });
  const cookie = first.headers.get("set-cookie")?.split(";")[0] ?? "";
  const form = await (await fetch(new URL("/", link), { headers: { cookie } })).text();
  expect(form).toContain('name="value-income"');
  expect(tells(form)).toBe(false);
  for (const started of [page, serving]) {
    started.process.kill("SIGINT");
    await started.ended;
  }
});

test("a fault in personal values is told by its rows alone", async () => {
  const faulty = path.join(place.home, "faulty.csv");
  await writeFile(
    faulty,
    `client,income,region,months,repaid\n${rows.join("\n")}\nClient-No-1,-31007.5,west,5,true\n`,
  );
  const { code, stdout } = await place.run(
    ["data", "check", "--model", "loans", "--data", faulty, "--json"],
    env,
  );
  expect(code).toBe(1);
  expect(stdout).toContain('"value": "(personal)"');
  expect(stdout).toContain('"row": 401');
  expect(stdout).not.toMatch(/31007|west|Client-No-/);
});

test("rows of the log, which lack personal values, do not become training data", async () => {
  const labels = path.join(place.home, "labels.csv");
  await writeFile(labels, "request_id,repaid\nr1,true\n");
  const refused = await place.run(["collect", "--model", "loans", "--labels", labels], env);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain(
    'The prediction log has no values of "income", "region", which are personal',
  );
});

test("what is known of a client is found, removed when that is said, and told to be gone", async () => {
  const forget = ["forget", "--model", "loans", "--column", "client", "--id", "Client-No-7"];
  const found = await place.json<Forgotten>(forget, 0, env);
  expect(found).toMatchObject({ rows: 1, removed: false, trainedOn: { versions: ["loans:1"] } });
  expect(readFileSync(data, "utf8")).toContain("Client-No-7,");
  const removed = await place.run([...forget, "--yes", "--reason", "a letter"], env);
  expect(removed).toMatchObject({ code: 0, stderr: "" });
  expect(removed.stdout).toContain("Trained on these rows: loans:1");
  expect(readFileSync(data, "utf8")).not.toContain("Client-No-7,");
  const [version] = await place.json<{ digest: string; rows: number }[]>(
    ["data", "versions", "--model", "loans"],
    0,
    env,
  );
  expect(version).toMatchObject({ rows: 399 });
  expect(filesThatTell()).toEqual([]);
  expect(await place.json<AuditEntry[]>(["audit"])).toContainEqual(
    expect.objectContaining({ act: "forget", subject: "loans", state: "done", why: "a letter" }),
  );
  const again = await place.run([...forget, "--yes"], env);
  expect(again.code).toBe(1);
  expect(again.stderr).toContain("NOT_FOUND: The data of loans has nothing of that value in the column");
});
