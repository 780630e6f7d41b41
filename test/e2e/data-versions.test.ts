import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Collected } from "../../cli/data/collect-data";
import type { DataUsage } from "../../cli/data/data-usage";
import type { Restored } from "../../cli/data/restore-data";
import type { RunRecord } from "../../cli/runs/runs";
import { digestOfFile } from "../../platform/base/files";
import type { DataVersion } from "../../platform/data/versions/version-record";
import type { Lineage } from "../../platform/model/model-directory";
import { Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

const models = path.join(place.home, "models");
const env = { MLOPS_MODELS: models };
const data = path.join(models, "churn", "data.csv");
const labels = path.join(place.home, "outcomes.csv");
const text = (): Promise<string> => readFile(data, "utf8");
const rowsIn = (content: string): number => content.trim().split("\n").length - 1;

type Listed = (DataVersion & { usedBy: DataUsage })[];
const versions = (): Promise<Listed> => place.json<Listed>(["data", "versions", "--model", "churn"], 0, env);

const customer = (index: number): string =>
  `${20 + (index % 60)},${((index * 37) % 101) / 4},${index % 3 === 0 ? "basic" : "gold"},${(index * 7) % 5 < 2 ? "yes" : "no"}`;

/** What production was asked: 200 requests of one row, and what the customers then did. */
async function serveRequests(): Promise<void> {
  const folder = place.path("predictions", "prod", "churn", "date=2026-07-01", "hour=10");
  await mkdir(folder, { recursive: true });
  const lines = Array.from({ length: 200 }, (_, index) => {
    const [age, months, plan] = customer(1000 + index).split(",");
    // Fractions that no customer of the file has.
    const inputs = [{ age: Number(age), months: Number(months) + 0.125, plan }];
    return JSON.stringify({
      id: `r-${index}`,
      time: "2026-07-01T10:00:00.000Z",
      model: "churn:1",
      inputs,
      outputs: ["no"],
      probabilities: [0.2],
    });
  });
  await writeFile(path.join(folder, "1.jsonl"), `${lines.join("\n")}\n`);
  const outcomes = lines.map((_, index) => `r-${index},${index % 4 === 0 ? "yes" : "no"}`);
  await writeFile(labels, `request_id,churned\n${outcomes.join("\n")}\n`);
}

/** The command of the guide. */
const collect = ["collect", "--model", "churn", "--labels", labels, "--output", data];
let first: string;
let former: string;

test("what a run trains on is kept, and named by the lineage", async () => {
  await mkdir(models);
  const customers = path.join(place.home, "customers.csv");
  const rows = Array.from({ length: 601 }, (_, index) => customer(index));
  await writeFile(customers, `age,months,plan,churned\n${rows.join("\n")}\n`);
  await place.json(["init", "churn", "--from", customers, "--target", "churned"], 0, env);
  first = await digestOfFile(data);
  former = await text();
  const run = await place.json<RunRecord>(["train", "--model", "churn"], 0, env);
  const lineage = await place.readJson<Lineage>("runs", run.id, "model", "lineage.json");
  expect(lineage.data.digest).toBe(first);
  expect(await versions()).toMatchObject([
    {
      digest: first,
      rows: 601,
      source: "data.csv",
      columns: [{ name: "age", type: "number" }, { name: "months" }, { name: "plan" }, { name: "churned" }],
      usedBy: { runs: [run.id], versions: [] },
    },
  ]);
});

test("the guide's command adds to the data, and destroys nothing", async () => {
  await serveRequests();
  const ended = await place.run(collect, env);
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain("801 rows in");
  expect(ended.stdout).toContain("the 601 rows of the data and 200 new");
  expect(ended.stdout).toContain(
    `The data as it was is kept as version ${first.slice(0, 12)}; \`mlops data restore ${first.slice(0, 12)} --model churn --force\` brings it back.`,
  );
  expect((await text()).startsWith(former)).toBe(true);
  expect(rowsIn(await text())).toBe(801);
  expect((await versions()).map(({ digest, rows }) => [digest, rows])).toEqual([
    [await digestOfFile(data), 801],
    [first, 601],
  ]);
});

test("again, it finds that all is there", async () => {
  const before = await text();
  expect(await place.json<Collected>(collect, 0, env)).toMatchObject({
    rows: 801,
    added: 0,
    leftOut: { present: 200, unlabelled: 0 },
  });
  expect(await text()).toBe(before);
});

test("a version is restored to a file, and not over another without --force", async () => {
  const restore = ["data", "restore", first.slice(0, 12), "--model", "churn"];
  const merged = await text();
  const refused = await place.run(restore, env);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain("is there already, with other content than data version");
  expect(await text()).toBe(merged);

  const elsewhere = place.path("old.csv");
  await place.json<Restored>([...restore, "--output", elsewhere], 0, env);
  expect(await readFile(elsewhere, "utf8")).toBe(former);

  // What nobody has kept yet is kept before it goes.
  await appendFile(data, "33,1.5,gold,no\n");
  const last = await digestOfFile(data);
  expect(await place.json<Restored>([...restore, "--force"], 0, env)).toMatchObject({ former: last });
  expect(await text()).toBe(former);
  expect(await place.json<Restored>(restore, 0, env)).toMatchObject({ unchanged: true });
  expect((await versions()).map(({ digest }) => digest)).toContain(last);
});

test("data that is damaged is moved aside, not lost", async () => {
  await writeFile(data, "not,a\ntable");
  const restored = await place.json<Restored>(
    ["data", "restore", first, "--model", "churn", "--force"],
    0,
    env,
  );
  expect(await readFile(restored.movedTo ?? "", "utf8")).toBe("not,a\ntable");
  expect(await text()).toBe(former);
});

test("a file of its own gets the data and the new rows, or those alone, and replaces nothing without --force", async () => {
  const output = place.path("collected.csv");
  const to = ["collect", "--model", "churn", "--labels", labels, "--output", output];
  expect(await place.json<Collected>(to, 0, env)).toMatchObject({ rows: 801, added: 200 });
  expect(rowsIn(await readFile(output, "utf8"))).toBe(801);
  const refused = await place.run([...to, "--only-new"], env);
  expect(refused).toMatchObject({ code: 1, stdout: "" });
  expect(refused.stderr).toContain(
    "is there already. Nothing was written. Choose another name, add --force to replace it",
  );
  expect(rowsIn(await readFile(output, "utf8"))).toBe(801);
  expect(await place.json<Collected>([...to, "--only-new", "--force"], 0, env)).toMatchObject({ rows: 200 });
  const own = await place.run([...collect, "--only-new"], env);
  expect(own).toMatchObject({ code: 2 });
  expect(await text()).toBe(former);
});

test("the retention removes what is old, but not what a registered version was trained on", async () => {
  expect((await place.run(["evaluate", "--model", "churn"], env)).stderr).toBe("");
  await place.json(["register", "--model", "churn"], 0, { ...env, MLOPS_ON_NO_PROMOTION: "continue" });
  const before = await versions();
  expect(before.find(({ digest }) => digest === first)?.usedBy.versions).toEqual(["churn:1"]);
  for (const { digest } of before) {
    const record = place.path("data", "churn", digest, "version.json");
    const kept = JSON.parse(await readFile(record, "utf8")) as DataVersion;
    await writeFile(
      record,
      JSON.stringify({
        ...kept,
        keptAt: digest === first ? "2021-01-01T00:00:00.000Z" : "2020-01-01T00:00:00.000Z",
      }),
    );
  }
  await appendFile(data, "33,1.5,gold,no\n34,2.5,gold,yes\n");
  const ended = await place.run(["train", "--model", "churn"], { ...env, MLOPS_DATA_VERSION_DAYS: "1" });
  expect(ended).toMatchObject({ code: 0 });
  expect(ended.stdout).toContain("it is older than 1 day (MLOPS_DATA_VERSION_DAYS)");
  expect((await versions()).map(({ digest }) => digest)).toEqual([await digestOfFile(data), first]);
});

test("data versions may be switched off", async () => {
  const off = { ...env, MLOPS_DATA_VERSIONS: "off" };
  await place.json(["train", "--model", "churn"], 0, off);
  const ended = await place.run(["data", "versions", "--model", "churn"], off);
  expect(ended).toMatchObject({ code: 2, stdout: "" });
  expect(ended.stderr).toContain('MLOPS_DATA_VERSIONS is "off", so there are no data versions.');
});
