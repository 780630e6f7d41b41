import { dataOfVersion, heldOutOf, heldOutOfRelease } from "../../../../cli/dashboard/board/board";
import { boardOf, runOf, versionOf } from "../a-board";

const version = { ...versionOf(1), tags: { measured: "rmse 54.35", data: "d".repeat(64) } };
const facts = new Map([[version.digest, { card: "", heldOut: { rmse: 54.351, mae: 44 } }]]);

test("figures of a version are those of its run, else of its files, else what its registration has noted", () => {
  const runs = [runOf(1, { heldOut: { rmse: 54.3512 } })];
  expect(heldOutOf(boardOf({ runs, facts }), version)).toEqual({ rmse: 54.3512 });
  expect(heldOutOf(boardOf({ runs: [], facts }), version)).toEqual({ rmse: 54.351, mae: 44 });
  expect(heldOutOf(boardOf({ runs: [] }), version)).toEqual({ rmse: 54.35 });
});

test.each(["", "rmse", "rmse NaN", "rmse infinity", "other 1", "rmse 1 2"])("%j is no figure", (measured) => {
  expect(heldOutOf(boardOf({ runs: [] }), { ...version, tags: { measured } })).toBeUndefined();
});

test("a release has them too, where the registry does not answer those of its run", () => {
  expect(heldOutOfRelease(boardOf({ runs: [], versions: [version] }), "houses:1")).toEqual({ rmse: 54.35 });
  expect(heldOutOfRelease(boardOf({ versions: [] }), "houses:1")).toEqual({ rmse: 99, mae: 51 });
  expect(heldOutOfRelease(boardOf({ versions: [] }), "houses:9")).toBeUndefined();
});

test("its data is that of its run, or what its registration has noted", () => {
  const data = { source: "d", digest: "e".repeat(64) as never, rows: 1, trainingRows: 1, heldOutRows: 0 };
  expect(dataOfVersion(boardOf({ runs: [runOf(1, { data })] }), version)).toBe(data.digest);
  expect(dataOfVersion(boardOf({ runs: [] }), version)).toBe("d".repeat(64));
});
