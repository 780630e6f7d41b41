import { writeFile } from "node:fs/promises";
import { countDecisions } from "../../../cli/runs/count-decisions";
import { Runs } from "../../../cli/runs/runs";
import type { Digest } from "../../../platform/base/files";
import type { PromotionDecision } from "../../../platform/metrics/evaluation";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const [rows, others] = ["a".repeat(64), "b".repeat(64)] as [Digest, Digest];

test("decisions of the model's other runs on the same held-out rows are counted", async () => {
  const runs = new Runs(folder("runs"), () => undefined);
  const decision: PromotionDecision = {
    promote: false,
    reason: "uncertain",
    explanation: "It may be chance.",
    metric: "rmse",
    minImprovement: 0,
    rows: 85,
    floors: [],
    slices: [],
  };
  const add = async (id: string, model: string, content: unknown): Promise<void> => {
    await runs.create(model, "data.csv", new Date(0), id);
    await writeFile(runs.path(id, "decision.json"), JSON.stringify(content));
  };
  await add("run-1", "cost", { ...decision, heldOut: rows });
  await add("run-2", "cost", { ...decision, heldOut: rows });
  await add("run-3", "cost", { ...decision, heldOut: others });
  await add("run-4", "cost", decision);
  await add("run-5", "cost", { reason: "of a later version" });
  await add("run-6", "price", { ...decision, heldOut: rows });
  await runs.create("cost", "data.csv", new Date(0), "run-7");
  const count = (id: string, heldOut: Digest) => countDecisions(runs, { id, model: "cost" }, heldOut);
  expect(await count("run-7", rows)).toBe(2);
  expect(await count("run-1", rows)).toBe(1);
  expect(await count("run-7", others)).toBe(1);
  expect(await count("run-7", "c".repeat(64) as Digest)).toBe(0);
});
