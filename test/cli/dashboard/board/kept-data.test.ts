import { knownData, readKeptData } from "../../../../cli/dashboard/board/kept-data";
import { DataVersions } from "../../../../platform/data/versions/data-versions";
import { openLocalStorage } from "../../../../platform/storage/local-storage";
import { PlatformError } from "../../../../platform/base/errors";
import { LateStorage } from "../../../../platform/storage/late-storage";
import type { Digest } from "../../../../platform/base/files";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { boardOf, runOf, versionOf } from "../a-board";

const folder = useTemporaryFolder();
const digest = "d".repeat(64) as Digest;
const data = { source: "old.csv", digest, rows: 9, trainingRows: 7, heldOutRows: 2 };

test("data that is not kept here is known by the runs and versions that were trained on it", () => {
  const board = boardOf({
    runs: [runOf(2, { data }), runOf(1)],
    versions: [{ ...versionOf(2), tags: { data: digest } }, versionOf(1)],
  });
  expect(knownData(board, [])).toEqual([
    { digest, source: "old.csv", rows: 9, usedBy: { runs: ["run-2"], versions: ["houses:2"] } },
  ]);
});

test("what the files of a version say of its data is known, where its run is elsewhere", () => {
  const version = { ...versionOf(1), tags: { data: digest } };
  const lineage = { data } as never;
  const board = boardOf({
    runs: [],
    versions: [version],
    facts: new Map([[version.digest, { card: "", lineage }]]),
  });
  expect(knownData(board, [])).toMatchObject([{ rows: 9, usedBy: { versions: ["houses:1"] } }]);
});

test("a web app, and a machine that keeps no data, say why there is none", async () => {
  const dataVersions = new DataVersions(openLocalStorage(folder("data")), () => undefined);
  expect(await readKeptData({ hosted: undefined, dataVersions }, "houses")).toEqual({ versions: [] });
  expect(await readKeptData({ hosted: "dashboard", dataVersions }, "houses")).toMatchObject({
    versions: [],
    note: expect.stringContaining("no right to read") as string,
  });
  expect(await readKeptData({ hosted: undefined, dataVersions: undefined }, "houses")).toMatchObject({
    note: expect.stringContaining("MLOPS_DATA_VERSIONS is off") as string,
  });
});

test("data versions of a stack that cannot be read leave the rest of the page", async () => {
  const away = new LateStorage(() => Promise.reject(new PlatformError("CONFLICT", "No such output.")));
  const dataVersions = new DataVersions(away, () => undefined);
  expect(await readKeptData({ hosted: undefined, dataVersions }, "houses")).toEqual({
    versions: [],
    note: "No such output.",
  });
});
