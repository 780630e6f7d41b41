import { setTimeout as sleep } from "node:timers/promises";
import { BoardKeeper } from "../../../../cli/dashboard/board/board-keeper";
import { boardOf } from "../a-board";

const boards = (name: string) => new Map([[name, boardOf({ name })]]);

test("has nothing before it was read, and one reading for all who ask meanwhile", async () => {
  let readings = 0;
  const keeper = new BoardKeeper(async () => {
    readings += 1;
    await sleep(5);
    return boards(`houses-${readings}`);
  });
  expect(keeper.current.size).toBe(0);
  await Promise.all([keeper.refresh(), keeper.refresh()]);
  expect(readings).toBe(1);
  expect([...keeper.current.keys()]).toEqual(["houses-1"]);
  await keeper.refresh();
  expect([...keeper.current.keys()]).toEqual(["houses-2"]);
});

test("whoever acts gets a reading that has begun since, not one that may have passed what changed", async () => {
  let state = "before";
  const keeper = new BoardKeeper(async () => {
    const seen = state;
    await sleep(5);
    return boards(seen);
  });
  const earlier = keeper.refresh();
  state = "after";
  await keeper.readAnew();
  expect([...keeper.current.keys()]).toEqual(["after"]);
  await earlier;
});

test("a reading under way that fails is not the failure of whoever acts", async () => {
  let readings = 0;
  const keeper = new BoardKeeper(() => {
    readings += 1;
    return readings === 1 ? Promise.reject(new Error("disk")) : Promise.resolve(boards("houses"));
  });
  const earlier = expect(keeper.refresh()).rejects.toThrow("disk");
  await keeper.readAnew();
  expect([...keeper.current.keys()]).toEqual(["houses"]);
  await earlier;
});

test("a reading that fails is told, leaves what was read before, and is tried again until the signal", async () => {
  const stop = new AbortController();
  const told: unknown[] = [];
  let readings = 0;
  const keeper = new BoardKeeper(() => {
    readings += 1;
    return readings === 1 ? Promise.resolve(boards("houses")) : Promise.reject(new Error("disk"));
  });
  await keeper.refresh();
  const kept = keeper.keep(stop.signal, (error) => {
    told.push(error);
    stop.abort();
  });
  await kept;
  expect(told).toEqual([new Error("disk")]);
  expect([...keeper.current.keys()]).toEqual(["houses"]);
});
