import { CommandScope } from "../../../cli/commands/command-scope";
import { runCli } from "../../../cli/commands/program";
import { Runs } from "../../../cli/runs/runs";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();

describe("mlops runs check", () => {
  let printed = "";
  beforeEach(() => {
    printed = "";
    process.env.MLOPS_HOME = folder();
    jest.spyOn(process.stdout, "write").mockImplementation((text) => {
      printed += String(text);
      return true;
    });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    delete process.env.MLOPS_HOME;
    process.exitCode = undefined;
  });

  async function check(...flags: string[]) {
    const scope = new CommandScope();
    await runCli(scope, ["node", "mlops", "runs", "check", ...flags]);
    await scope.end();
    const { exitCode } = process;
    return { exitCode: exitCode ?? 0, printed };
  }

  async function addRun(outcome: "kept" | "failed", hoursAgo: number): Promise<void> {
    const begun = new Date(Date.now() - hoursAgo * 3_600_000);
    const runs = new Runs(folder("runs"), () => undefined);
    const run = await runs.create("diabetes", "data.csv", begun, "run-1");
    await runs.save({ ...run, outcome, finishedAt: begun.toISOString() });
  }

  test("nothing is wrong with a training that went well", async () => {
    await addRun("kept", 1);
    expect(await check()).toEqual({
      exitCode: 0,
      printed:
        "1 training of diabetes looked at: the newest has not failed, none hangs, and without a schedule, none can be overdue.\n",
    });
  });

  test("where there is none yet, none is missed unless a schedule is named", async () => {
    expect(await check()).toEqual({
      exitCode: 0,
      printed: "No training of diabetes is known, and without a schedule none is expected.\n",
    });
    expect((await check("--every-hours", "1")).exitCode).toBe(1);
  });

  test("one that failed is told, with exit code 1", async () => {
    await addRun("failed", 1);
    const result = await check("--json");
    expect(result.exitCode).toBe(1);
    expect(JSON.parse(result.printed)).toMatchObject({
      model: "diabetes",
      trainings: 1,
      faults: [{ fault: "failed", id: "run-1" }],
    });
  });

  test("one that did not happen is told, with exit code 1", async () => {
    await addRun("kept", 30);
    const { exitCode, printed: text } = await check("--every-hours", "5", "--grace-hours", "24");
    expect(exitCode).toBe(1);
    expect(text).toMatch(/^overdue: The last training, run-1, was begun 30 hours ago/);
  });
});
