import { mkdir } from "node:fs/promises";
import { sweepLeftOvers } from "../../local/left-overs";
import { fileExists } from "../../platform/files";
import { useTemporaryFolder } from "../platform/temporary-folder";

const folder = useTemporaryFolder();
const leftOver = (): string[] => [
  folder("runs", "20260102T030405-diabetes-0a1b", "model.123-0a1b2c3d.tmp"),
  folder("runs", "20260102T030405-diabetes-0a1b", "model.123-0a1b2c3d.tmp.work"),
  folder("packages", "diabetes-3-0123456789ab.0a1b2c3d.tmp"),
];
const kept = (): string[] => [
  folder("runs", "20260102T030405-diabetes-0a1b", "model"),
  folder("runs", "20260102T030405-my-diabetes-0a1b", "model.123-0a1b2c3d.tmp"),
  folder("packages", "diabetes-3-0123456789ab"),
  folder("packages", "diabetes-2-3-0123456789ab.0a1b2c3d.tmp"),
];

test("removes what is half-written of one model, and nothing of another or finished", async () => {
  for (const each of [...leftOver(), ...kept()]) await mkdir(each, { recursive: true });
  await sweepLeftOvers({ runs: folder("runs"), packages: folder("packages") }, "diabetes");
  expect(await Promise.all(leftOver().map(fileExists))).toEqual(leftOver().map(() => false));
  expect(await Promise.all(kept().map(fileExists))).toEqual(kept().map(() => true));
});

test("finds nothing where there is no workspace yet", async () => {
  await expect(
    sweepLeftOvers({ runs: folder("none"), packages: folder("none") }, "diabetes"),
  ).resolves.toBeUndefined();
});
