import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Pushed } from "../../cli/data/push-data";
import type { DataReport } from "../../platform/data/findings";
import { repository, Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

const container = path.join(place.home, "container");
const folder = path.join(container, "titanic");
const push = ["data", "push", "--model", "titanic"];
const to = ["--to", container];

test("what was pushed to a container can be trained on, and is not sent twice", async () => {
  expect(await place.json<Pushed>([...push, ...to])).toMatchObject({ rows: 1309, unchanged: false });
  expect(await place.json<Pushed>([...push, ...to])).toMatchObject({ rows: 1309, unchanged: true });
  const { stderr, code } = await place.run(["train", "--model", "titanic", "--data", folder]);
  expect([code, stderr]).toEqual([0, ""]);
});

test("data with errors is not pushed, and the findings say why", async () => {
  const text = await readFile(path.join(repository, "models/titanic/data.csv"), "utf8");
  const [header = "", first = "", ...rows] = text.trimEnd().split(/\r?\n/);
  const bad = path.join(place.home, "bad.csv");
  await writeFile(bad, [header, `${first},extra`, ...rows, ""].join("\n"));
  const refused = await place.run([...push, ...to, "--data", bad]);
  expect(refused.code).toBe(1);
  const worse = path.join(place.home, "worse.csv");
  const age = header.split(",").indexOf("age");
  const cells = first.split(",").map((cell, index) => (index === age ? "-7000" : cell));
  await writeFile(worse, [header, cells.join(","), ...rows, ""].join("\n"));
  const report = await place.json<DataReport>([...push, ...to, "--data", worse], 1);
  expect(report.findings.filter(({ severity }) => severity === "error")).not.toEqual([]);
  expect(await place.json<Pushed>([...push, ...to])).toMatchObject({ unchanged: true });
});

test("a stack that cannot be asked is said, and two places are refused", async () => {
  const both = await place.run([...push, ...to, "--stack", "qa"]);
  expect(both).toMatchObject({ code: 2, stdout: "" });
  expect(both.stderr).toMatch(/--stack.*cannot be used with.*--to/);
  const noPulumi = await place.run([...push, "--stack", "qa"], { PATH: path.dirname(process.execPath) });
  expect(noPulumi.code).toBe(1);
  expect(noPulumi.stderr).toMatch(/pulumi/);
});
