import { writeFile } from "node:fs/promises";
import { Runs } from "../../../cli/runs/runs";
import { openTrainingSource } from "../../../cli/trainings/training-source";
import type { StackOutputs } from "../../../deploy/azure/pulumi-stack";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

/** What stacks say, which needs no Pulumi here; the code asks for it late. */
const outputs = jest.fn<Promise<StackOutputs>, [string]>();
jest.doMock("../../../deploy/azure/stack-outputs", () => ({ readStackOutputs: outputs }));

const folder = useTemporaryFolder();
const { signal } = new AbortController();

async function madeRuns(): Promise<Runs> {
  const runs = new Runs(folder("runs"), () => undefined);
  for (const [id, model] of [
    ["run-1", "cost"],
    ["run-2", "cost"],
    ["run-3", "rent"],
  ] as const) {
    const run = await runs.create(model, "data.csv", new Date(0), id);
    run.steps = [{ name: "train", status: "done", startedAt: run.startedAt, ms: 1500, message: "ridge" }];
    await runs.save({ ...run, outcome: "kept", finishedAt: run.startedAt });
  }
  return runs;
}

describe("on this machine", () => {
  test("trainings are the model's runs, newest first", async () => {
    const source = openTrainingSource({ runs: await madeRuns(), signal }, { target: "local", model: "cost" });
    expect((await source.list(1)).map(({ id }) => id)).toEqual(["run-2"]);
    expect((await source.watched()).map(({ id, state }) => `${id} ${state}`)).toEqual([
      "run-2 done",
      "run-1 done",
    ]);
  });

  test("the log has the steps, and what the trainer's program printed", async () => {
    const runs = await madeRuns();
    await writeFile(runs.path("run-1", "trainer.log"), "epoch 1\nepoch 2\n");
    const source = openTrainingSource({ runs, signal }, { target: "local", model: "cost" });
    expect((await source.open("run-1")).log).toEqual([
      "[train] done, 1.50 s: ridge",
      "[trainer] epoch 1",
      "[trainer] epoch 2",
    ]);
    expect((await source.open("run-2")).log).toEqual(["[train] done, 1.50 s: ridge"]);
    await expect(source.open("run-3")).rejects.toThrow("Run run-3 is one of rent, not of cost.");
    await expect(source.open("../run-1")).rejects.toThrow('There is no run "../run-1"');
  });
});

test.each([[12], [undefined]])(
  "a stack's schedule says how often a training is expected: %p hours",
  async (everyHours) => {
    const retraining = {
      url: "https://e",
      deployment: "d",
      dataUri: "azureml://d",
      ...(everyHours && { everyHours }),
    };
    outputs.mockResolvedValue({
      model: "cost",
      workspaceId: "/subscriptions/s/resourceGroups/g/providers/p",
      retraining,
      environment: { cli: { MLOPS_REGISTRY: "azureml://r" } },
    });
    const source = openTrainingSource({ runs: await madeRuns(), signal }, { target: "azure", model: "cost" });
    expect(await source.everyHours()).toBe(everyHours);
  },
);

test("in Azure, the stack that trains is read when somebody asks, and once", async () => {
  outputs.mockReset().mockRejectedValue(new Error("There is no stack."));
  const source = openTrainingSource({ runs: await madeRuns(), signal }, { target: "azure", model: "cost" });
  expect(outputs).not.toHaveBeenCalled();
  await expect(source.watched()).rejects.toThrow("There is no stack.");
  await expect(source.everyHours()).rejects.toThrow("There is no stack.");
  expect(outputs).toHaveBeenCalledTimes(1);
});
