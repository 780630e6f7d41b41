import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { writeReport } from "../../../cli/report/write-report";
import { bare } from "./report-fixture";

const repository = path.join(__dirname, "..", "..", "..");
let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "report-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a report is written whole, into a folder that need not be there, over the one before", async () => {
  const file = path.join(folder, "reports", "run.html");
  await writeReport(file, bare);
  await writeFile(file, "older");
  await writeReport(file, bare);
  const page = await readFile(file, "utf8");
  expect(page.startsWith("<!doctype html>")).toBe(true);
  expect(page.trimEnd().endsWith("</html>")).toBe(true);
  expect(await readdir(path.dirname(file))).toEqual(["run.html"]);
});

test("a report that cannot be written leaves nothing behind", async () => {
  const taken = path.join(folder, "taken");
  await writeFile(taken, "");
  await expect(writeReport(path.join(taken, "run.html"), bare)).rejects.toThrow(/EEXIST|ENOTDIR/);
  expect(await readdir(folder)).toEqual(["taken"]);
});

test("the plotting library is loaded when a report is drawn, not before", async () => {
  const program = `
    const { renderReport } = require("./cli/report/render-report");
    const { bare } = require("./test/cli/report/report-fixture");
    const loaded = () => Object.keys(require.cache).filter((file) => /node_modules.echarts/.test(file)).length;
    const before = loaded();
    renderReport(bare).then(() => console.log(JSON.stringify([before, loaded() > 0])));`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ["--require", "tsx/cjs", "--eval", program],
    { cwd: repository },
  );
  expect(JSON.parse(stdout)).toEqual([0, true]);
});
