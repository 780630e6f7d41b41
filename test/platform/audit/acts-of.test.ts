import { actsOf } from "../../../platform/audit/acts-of";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../base/temporary-folder";
import { promotion, trailIn } from "./trail.contract";

const folder = useTemporaryFolder();

test("joins the begin of an act with its end, and leaves one open that has none", async () => {
  const trail = trailIn(openLocalStorage(folder("audit")));
  await trail.around(promotion, async () => {
    await trail.record({ ...promotion, act: "approve" });
    await trail.around({ ...promotion, act: "deploy" }, () => Promise.resolve(), {
      outcome: () => ({ canary: "diabetes:2" }),
    });
  });
  const { entries } = await trail.verify();
  const states = (count: number) =>
    actsOf(entries.slice(0, count)).map(({ number, act, state, details }) => [number, act, state, details]);
  expect(states(5)).toEqual([
    [1, "promote", "done", {}],
    [2, "approve", "done", {}],
    [3, "deploy", "done", { canary: "diabetes:2" }],
  ]);
  expect(states(4)[0]).toEqual([1, "promote", "begun", {}]);
});
