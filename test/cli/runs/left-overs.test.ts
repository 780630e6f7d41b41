import { mkdir, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import { sweepLeftOvers } from "../../../cli/runs/left-overs";
import { fileExists } from "../../../platform/base/files";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";

const folder = useTemporaryFolder();
const atomic = "123-0a1b2c3d.tmp";
const leftOver = (): string[] => [
  folder("runs", "20260102T030405-diabetes-0a1b", "model.123-0a1b2c3d.tmp"),
  folder("runs", "20260102T030405-diabetes-0a1b", "model.123-0a1b2c3d.tmp.work"),
  folder("packages", "diabetes-3-0123456789ab.0a1b2c3d.tmp"),
  folder("data", "diabetes", "0123", `version.json.${atomic}`),
];
const kept = (): string[] => [
  folder("data", "titanic", "0123", `version.json.${atomic}`),
  folder("runs", "20260102T030405-diabetes-0a1b", "model"),
  folder("runs", "20260102T030405-my-diabetes-0a1b", "model.123-0a1b2c3d.tmp"),
  folder("packages", "diabetes-3-0123456789ab"),
  folder("packages", "diabetes-2-3-0123456789ab.0a1b2c3d.tmp"),
];

const workspace = (...below: string[]) => ({
  home: folder(...below, "home"),
  runs: folder(...below, "runs"),
  packages: folder(...below, "packages"),
  reports: folder(...below, "reports"),
  environments: folder(...below, "environments"),
  data: folder(...below, "data"),
  registry: folder(...below, "registry"),
  predictions: folder(...below, "predictions"),
  python: folder(...below, "python"),
  audit: folder(...below, "audit"),
  auditSeen: folder(...below, "audit-seen"),
  windows: folder(...below, "windows"),
  decisions: folder(...below, "decisions"),
});

const ofLock = "0a1b2c3d-0a1b-4a1b-8a1b-0a1b2c3d4e5f.tmp";

test("removes what is half-written where others write too once it is old, and nothing else", async () => {
  const halfWritten = (run: string): string[] => [
    folder("reports", `${run}.html.${atomic}`),
    folder("environments", "prod", run, `deployment.json.${atomic}`),
    folder("home", "locks", `${run}.lock.${ofLock}`),
    folder("registry", "diabetes", "1", "tags", `${run}.json.${atomic}`),
    folder("predictions", "prod", "diabetes", "date=2026-01-01", `${run}.jsonl.${atomic}`),
    folder("models", `data.csv.${run}.${atomic}`),
  ];
  const finished = [
    folder("reports", "old.html"),
    folder("reports", "notes.tmp"),
    folder("environments", "prod", "old", "deployment.json"),
    folder("home", "locks", "old.lock"),
    folder("models", `other.csv.${atomic}`),
  ];
  const write = async (files: readonly string[], ageMinutes: number): Promise<void> => {
    const written = new Date(Date.now() - ageMinutes * 60_000);
    for (const file of files) {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, "half");
      await utimes(file, written, written);
    }
  };
  await write([...halfWritten("old"), ...finished], 11);
  await write(halfWritten("new"), 9);
  await sweepLeftOvers(workspace(), { model: "diabetes", dataFile: folder("models", "data.csv") });
  const there = async (files: readonly string[]) => Promise.all(files.map(fileExists));
  expect(await there(halfWritten("old"))).toEqual(halfWritten("old").map(() => false));
  expect(await there(halfWritten("new"))).toEqual(halfWritten("new").map(() => true));
  expect(await there(finished)).toEqual(finished.map(() => true));
});

test("removes what is half-written of one model, and nothing of another or finished", async () => {
  for (const each of [...leftOver(), ...kept()]) await mkdir(each, { recursive: true });
  await sweepLeftOvers(workspace(), { model: "diabetes" });
  expect(await Promise.all(leftOver().map(fileExists))).toEqual(leftOver().map(() => false));
  expect(await Promise.all(kept().map(fileExists))).toEqual(kept().map(() => true));
});

test("removes working folders of files that were scored once they are a day old, and nothing that is named otherwise", async () => {
  const ofAge = async (name: string, hours: number): Promise<string> => {
    const made = folder("home", name);
    await mkdir(path.join(made, "model"), { recursive: true });
    const at = new Date(Date.now() - hours * 3_600_000);
    await utimes(made, at, at);
    return made;
  };
  const old = await ofAge("score-Ab3dEf", 25);
  const others = [
    await ofAge("score-Gh1jKl", 23),
    await ofAge("score-cards", 25),
    await ofAge("score-2026-11", 25),
  ];
  await sweepLeftOvers(workspace(), { model: "diabetes" });
  expect(await fileExists(old)).toBe(false);
  expect(await Promise.all(others.map(fileExists))).toEqual([true, true, true]);
});

test("finds nothing where there is no workspace yet", async () => {
  await expect(sweepLeftOvers(workspace("none"), { model: "diabetes" })).resolves.toBeUndefined();
});
