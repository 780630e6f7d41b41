import { setImmediate as turn } from "node:timers/promises";
import { mapInBatches } from "../../../cli/runs/map-in-batches";

test("results come in the order of the items, and no more than 64 are worked on at a time", async () => {
  let open = 0;
  let most = 0;
  const items = Array.from({ length: 200 }, (_, index) => index);
  const results = await mapInBatches(items, async (item) => {
    most = Math.max(most, ++open);
    await turn();
    open -= 1;
    return item * 2;
  });
  expect(results).toEqual(items.map((item) => item * 2));
  expect(most).toBe(64);
  expect(await mapInBatches([], () => Promise.reject(new Error("not asked")))).toEqual([]);
});
