import { readFile } from "node:fs/promises";
import { LaptopDeployer } from "../../../deploy/laptop/laptop-deployer";
import { writeRunReport } from "../../../cli/steps/run-report";
import { Runs, type RunRecord, type StepRecord } from "../../../cli/runs/runs";
import type { Session } from "../../../cli/session/session";
import { readEnvironments } from "../../../platform/release/environments";
import { writeJson } from "../../../platform/base/files";
import { openWorkspace, type Workspace } from "../../../platform/settings/workspace";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { definition, whole } from "../report/report-fixture";

const folder = useTemporaryFolder();
let workspace: Workspace;
let runs: Runs;
let run: RunRecord;

beforeEach(async () => {
  workspace = await openWorkspace(folder());
  runs = new Runs(workspace.runs, (error) => {
    throw error;
  });
  run = await runs.create("houses", "data.csv", new Date("2026-11-21T00:00:00Z"));
});

const step = (name: string, status: StepRecord["status"], message: string): StepRecord => ({
  name,
  status,
  startedAt: run.startedAt,
  ms: 10,
  message,
});

/** Text of the report's page. */
async function report(changes: Partial<RunRecord>): Promise<string> {
  const deployer = new LaptopDeployer({ workspace, attached: true });
  const session = { workspace, runs, deployer, environments: readEnvironments({}) } as Session;
  const file = await writeRunReport({ session, run: { ...run, ...changes }, definition });
  expect(file).toBe(folder("reports", `${run.id}.html`));
  return (await readFile(file, "utf8"))
    .replace(/<style>[\s\S]*?<\/style>/g, "")
    .replace(/<[^>]*>/g, " ")
    .replace(/\s+/g, " ");
}

test("the findings of a failed data check are in their section, not in the outcome or the step", async () => {
  await writeJson(runs.path(run.id, "data-check.json"), whole.dataReport);
  const message = "The data has faults. Nothing was trained.\n│ error │ range │";
  const page = await report({
    outcome: "failed",
    explanation: message,
    steps: [step("check", "failed", message)],
  });
  expect(page).toContain("houses ✕ failed The data has faults. Nothing was trained. Price");
  expect(page).toContain("10 ms The data has faults. Nothing was trained. Not reached: split, train,");
  expect(page).toContain("✕ error range");
  expect(page).not.toContain("│");
});

test("the faults that another step lists are kept", async () => {
  const message = "The smoke test in qa failed:\n - ready: GET /readyz answered 503";
  const page = await report({
    outcome: "failed",
    explanation: message,
    steps: [step("smoke", "failed", message)],
  });
  expect(page).toContain("The smoke test in qa failed: - ready: GET /readyz answered 503 Price");
});

test("the report itself is neither a step that was done nor one that was not reached", async () => {
  const steps = [step("check", "done", "fine"), step("report", "done", "earlier.html")];
  const page = await report({ outcome: "stopped", explanation: "Stopped.", steps });
  expect(page).toMatch(/Not reached: split, train, .*, predictions, drift\. /);
  expect(page).not.toContain("earlier.html");
  // What a run did not come to has no section.
  expect(page).not.toMatch(/Gate|Evaluation|Environments|Lineage/);
});

test("the runs before this one are listed, with a link to those that have a report", async () => {
  const [first, other] = [run, await runs.create("flats", "data.csv", new Date())];
  await report({ outcome: "failed", explanation: "It failed." });
  run = await runs.create("houses", "data.csv", new Date("2026-11-22T00:00:00Z"));
  await report({ outcome: "stopped", explanation: "Stopped." });
  const page = await readFile(folder("reports", `${run.id}.html`), "utf8");
  expect(page).toContain(`<a href="${first.id}.html">${first.id}</a>`);
  expect(page).not.toContain(other.id);
  expect(page).not.toContain(`<a href="${run.id}.html">`);
});
