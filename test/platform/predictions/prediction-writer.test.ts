import { readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import path from "node:path";
import { readPredictionLog } from "../../../platform/predictions/prediction-log";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import { framesOf, type ScoredRequest } from "../../../platform/predictions/prediction-frames";
import { storageSink } from "../../../platform/predictions/prediction-sink";
import {
  openPredictionLog,
  sampleOf,
  type PredictionLog,
  type PredictionLogOptions,
} from "../../../platform/predictions/prediction-writer";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { startChild } from "../base/child-process";
import { useTemporaryFolder } from "../base/temporary-folder";
import { FailingStorage, until } from "./failing-storage";
import { recordOf, request, sourceOf } from "./scored-request";

const numbers = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

describe("the prediction log, as it is written", () => {
  const folder = useTemporaryFolder();
  const source = sourceOf();
  let storage: FailingStorage;
  let said: string[];
  let logs: PredictionLog[];

  beforeEach(() => {
    storage = new FailingStorage(openLocalStorage(folder("log")));
    said = [];
    logs = [];
  });
  afterEach(() => Promise.all(logs.map((log) => log.close())));

  function open(options: Partial<PredictionLogOptions> = {}): PredictionLog {
    const log = openPredictionLog({
      sink: storageSink(storage),
      location: "test",
      spool: folder("spool"),
      environment: "prod",
      model: "diabetes",
      report: (message) => void said.push(message),
      flushMs: 60_000,
      ...options,
    });
    logs.push(log);
    return log;
  }

  async function read(): Promise<PredictionRecord[]> {
    const report = (message: string): void => void said.push(message);
    const query = { environment: "prod", model: "diabetes", report };
    const records: PredictionRecord[] = [];
    for await (const each of readPredictionLog(storage, query)) records.push(each);
    return records;
  }

  async function append(log: PredictionLog, each: ScoredRequest): Promise<void> {
    await log.append(source, each);
  }

  const idsIn = async (): Promise<number[]> => (await read()).map(({ id }) => Number(id));

  async function spoolFiles(): Promise<string[]> {
    const files = await readdir(folder("spool"), { recursive: true });
    return files.filter((name) => name.endsWith(".spool")).sort();
  }

  test("gives back every record, in order, in files of bounded size", async () => {
    const log = open({ segmentBytes: 2000 });
    for (const id of numbers(95)) void log.append(source, request(id));
    expect(await log.flush()).toBe(true);
    expect(await read()).toEqual(numbers(95).map((id) => recordOf(id)));
    expect((await storage.list("")).length).toBeGreaterThan(4);
    expect(log.counts).toMatchObject({ accepted: 95, written: 95, dropped: 0, failed: 0, spooledBytes: 0 });
    expect(await spoolFiles()).toEqual([]);
    expect(said).toEqual([]);
  });

  test("puts records into files by the hour of their time, in UTC, and by version", async () => {
    const log = open();
    void log.append(source, request(1, "2026-11-20T23:59:59.999Z"));
    void log.append(source, request(2, "2026-11-21T00:00:00.000Z"));
    void log.append(sourceOf("diabetes:4"), request(3, "2026-11-21T00:30:00.000Z"));
    await log.flush();
    expect((await storage.list("")).map((file) => file.replace(/-[0-9a-f]{8}-/, "-writer-"))).toEqual([
      "prod/diabetes/date=2026-11-20/hour=23/20261120T235959999Z-writer-00000001.jsonl",
      "prod/diabetes/date=2026-11-21/hour=00/20261121T000000000Z-writer-00000002.jsonl",
      "prod/diabetes/date=2026-11-21/hour=00/20261121T003000000Z-writer-00000003.jsonl",
    ]);
    expect((await read()).map(({ model }) => model)).toEqual(["diabetes:3", "diabetes:3", "diabetes:4"]);
  });

  test("writes by itself, after the pause and when a file is full", async () => {
    void open({ flushMs: 10 }).append(source, request(0));
    await until(async () => (await idsIn()).length === 1);
    const log = open({ segmentBytes: 1000 });
    for (const id of numbers(20, 1)) void log.append(source, request(id));
    await until(async () => (await idsIn()).length > 10);
  });

  test("mixes up nothing when several processes write at once", async () => {
    const writers = numbers(5).map(() => open({ segmentBytes: 1000 }));
    for (const id of numbers(100)) void writers[id % 5]?.append(source, request(id));
    await Promise.all(writers.map((log) => log.flush()));
    expect((await idsIn()).sort((a, b) => a - b)).toEqual(numbers(100));
  });

  test("keeps records through an outage, and has each once, in order, when it is over", async () => {
    const log = open({ segmentBytes: 2000, flushMs: 2 });
    storage.out = true;
    for (const id of numbers(25)) void log.append(source, request(id));
    await until(() => storage.attempts >= 3);
    for (const id of numbers(10, 25)) void log.append(source, request(id));
    expect(await log.flush()).toBe(false);
    storage.out = false;
    await until(() => log.counts.written === 35);
    expect(await idsIn()).toEqual(numbers(35));
    expect(log.counts.dropped).toBe(0);
    expect(said).toEqual([
      "The prediction log prod/diabetes cannot be written: The network is down. Records stay on the spool and are retried.",
      "The prediction log prod/diabetes can be written again.",
    ]);
  });

  test("tries less and less often while the outage lasts, and makes no more files than it must", async () => {
    const log = open({ flushMs: 1 });
    storage.out = true;
    const begun = Date.now();
    void log.append(source, request(0));
    let id = 1;
    await until(() => {
      void log.append(source, request((id += 1)));
      return storage.attempts >= 7;
    });
    // Pauses of 2, 4, ..., 64 ms.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(120);
    expect((await spoolFiles()).length).toBeLessThanOrEqual(2);
    storage.out = false;
  });

  test("drops the oldest when the spool is full, and counts them", async () => {
    const log = open({ maxSpoolBytes: 16_000 });
    storage.out = true;
    for (const id of numbers(1000)) void log.append(source, request(id));
    await until(() => log.counts.failed >= 1);
    const first = (await idsIn()).length;
    for (const id of numbers(1000, 1000)) void log.append(source, request(id));
    expect(log.counts.spooledBytes).toBeLessThanOrEqual(16_000);
    storage.out = false;
    await log.flush();
    expect(log.counts.accepted).toBe(2000);
    const { dropped, written } = log.counts;
    expect(dropped + written).toBe(2000);
    const ids = await idsIn();
    // The first segment got there though its writer was told otherwise, and was dropped; the last ones are all there.
    expect(ids).toHaveLength(first + written);
    expect(ids.slice(-40)).toEqual(numbers(40, 1960));
    await log.close();
    expect(said.at(-1)).toBe(`Records lost by the prediction log prod/diabetes so far: ${dropped}.`);
  });

  test("takes a sample that the ids decide, the same in every process", async () => {
    const [one, other] = [open({ sample: 0.25 }), open({ sample: 0.25, environment: "qa" })];
    for (const id of numbers(2000)) {
      void one.append(source, request(id));
      void other.append(source, request(id));
    }
    await one.flush();
    const ids = await idsIn();
    expect(ids).toEqual(numbers(2000).filter((id) => sampleOf(String(id)) < 0.25));
    expect(ids.length).toBeGreaterThan(420);
    expect(ids.length).toBeLessThan(580);
    expect(one.counts.sampledOut).toBe(2000 - ids.length);
    expect(other.counts.sampledOut).toBe(one.counts.sampledOut);
  });

  test("writes what waits when it is closed, takes nothing afterwards, and leaves no spool", async () => {
    const log = open();
    for (const id of numbers(3)) void log.append(source, request(id));
    await log.close();
    void log.append(source, request(3));
    await log.close();
    expect(await idsIn()).toEqual(numbers(3));
    expect(log.counts.dropped).toBe(1);
    const [name = ""] = await readdir(folder("spool"));
    expect(await readdir(folder("spool", name))).toEqual([]);
  });

  test("does not hold up the end of a process during an outage; the next one stores what was left", async () => {
    const log = open({ closeMs: 50 });
    storage.out = true;
    for (const id of numbers(25)) void log.append(source, request(id));
    await log.close();
    expect(said.at(-1)).toBe(
      "Records of the prediction log prod/diabetes left on the spool: 25. The next process stores them.",
    );
    storage.out = false;
    for (const begun of await storage.list("")) await storage.delete(begun);
    open();
    await until(async () => (await idsIn()).length === 25);
  });

  test("leaves the spool of another log and of a running process alone", async () => {
    storage.out = true;
    const log = open();
    void log.append(source, request(1));
    await log.flush();
    const before = await spoolFiles();
    open();
    open({ location: "elsewhere" });
    // Both have looked around when they have written their own first record.
    const third = open({ model: "other" });
    void third.append(source, request(2));
    await third.flush();
    expect(await spoolFiles()).toEqual(expect.arrayContaining(before));
    storage.out = false;
  });

  test("has every record of a process that was killed, once", async () => {
    const child = startChild(path.join(__dirname, "fixtures", "append-loop.ts"), [
      folder("spool"),
      folder("elsewhere"),
    ]);
    let last = -1;
    while (last < 500) last = Number(await child.line());
    await child.kill();
    open();
    await until(async () => (await idsIn()).length > last);
    const ids = await idsIn();
    // What was appended is there; the last few may not have been printed any more.
    expect(ids).toEqual(numbers(ids.length));
    expect(ids.length).toBeGreaterThan(last);
  });

  test("leaves out a record that was being written when its process was killed", async () => {
    const log = open({ closeMs: 20 });
    storage.out = true;
    for (const id of numbers(3)) void log.append(source, request(id));
    await log.close();
    const [file = ""] = await spoolFiles();
    const { length } = await readFile(folder("spool", file));
    await truncate(folder("spool", file), length - 5);
    storage.out = false;
    await rm(folder("log"), { recursive: true });
    open();
    await until(async () => (await idsIn()).length === 2);
  });

  test("goes on when the spool refuses a write: requests are not logged for a while, and counted", async () => {
    const log = open();
    await rm(folder("spool"), { recursive: true });
    for (const id of numbers(3)) void log.append(source, request(id));
    expect(log.counts).toMatchObject({ accepted: 0, dropped: 3 });
    expect(said).toHaveLength(1);
    expect(said[0]).toMatch(
      /^The spool of the prediction log prod\/diabetes fails: ENOENT.* Requests are still answered, but not logged for 5 s\./,
    );
  });

  test("leaves a slow disk alone for a while", async () => {
    const log = open({ slowWriteMs: 0 });
    for (const id of numbers(3)) await log.append(source, request(id));
    expect(log.counts).toMatchObject({ accepted: 1, dropped: 2 });
    expect(said[0]).toMatch(/fails: a write took \d+ ms\./);
  });

  test("says that a part of the spool is damaged, and goes on with the rest", async () => {
    const log = open({ flushMs: 2, segmentBytes: 1000 });
    storage.out = true;
    for (const id of numbers(12)) void log.append(source, request(id));
    await until(() => storage.attempts >= 1);
    const files = await spoolFiles();
    await writeFile(folder("spool", files[1] ?? ""), "x".repeat(100));
    storage.out = false;
    await until(() => log.counts.written + log.counts.dropped >= 6);
    await log.flush();
    expect(log.counts.dropped).toBeGreaterThan(0);
    expect(said.join()).toContain("is damaged or gone");
    expect((await idsIn()).length).toBe(12 - log.counts.dropped);
  });

  test("removes days that are too old from a folder", async () => {
    const today = Date.now();
    const days = [40, 34, 20, 10, 0].map((ago) =>
      new Date(today - ago * 86_400_000).toISOString().slice(0, 10),
    );
    for (const day of days) await storage.put(`prod/diabetes/date=${day}/hour=00/a.jsonl`, "");
    await storage.put("prod/other/date=2020-01-01/hour=00/a.jsonl", "");
    open({ retention: { folder: folder("log"), days: 30 } });
    await until(async () => (await storage.list("prod/diabetes/")).length === 3);
    expect(await storage.list("")).toEqual([
      `prod/diabetes/date=${days[2]}/hour=00/a.jsonl`,
      `prod/diabetes/date=${days[3]}/hour=00/a.jsonl`,
      `prod/diabetes/date=${days[4]}/hour=00/a.jsonl`,
      "prod/other/date=2020-01-01/hour=00/a.jsonl",
    ]);
  });

  test("gives the records of one turn of the event loop to the disk before it says so, those of a refused write to nobody", async () => {
    const log = open({ flushMs: 10_000 });
    storage.out = true;
    const kept = numbers(3).map((id) => append(log, request(id)));
    expect(log.counts.accepted).toBe(0);
    await Promise.all(kept);
    expect(log.counts).toMatchObject({ accepted: 3, dropped: 0 });
    const [file = ""] = await spoolFiles();
    expect([...framesOf(await readFile(folder("spool", file)))]).toHaveLength(1 + 3);
    // The file of the next hour cannot be made; the records before it are already in the old one.
    await rm(folder("spool"), { recursive: true });
    const late = [...numbers(2, 3).map((id) => request(id)), request(5, "2026-11-22T00:00:00.000Z")];
    await Promise.all(late.map((each) => append(log, each)));
    expect(log.counts).toMatchObject({ accepted: 5, dropped: 1 });
  });

  test("takes a record in far less than a tenth of a millisecond", async () => {
    const log = open();
    const requests = numbers(200).map((id) => request(id));
    const begun = performance.now();
    for (let round = 0; round < 100; round++) {
      await Promise.all(requests.map((each) => append(log, each)));
    }
    expect((performance.now() - begun) / 20_000).toBeLessThan(0.1);
  });
});
