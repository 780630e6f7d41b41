import { appendFile, writeFile } from "node:fs/promises";
import type { PredictionLog, PredictionLogOptions } from "../../../platform/monitoring/prediction-log";
import { openPredictionLog, readPredictionLog } from "../../../platform/monitoring/prediction-log";
import type { PredictionRecord } from "../../../platform/monitoring/prediction-record";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import type { Storage } from "../../../platform/storage/storage";
import { useTemporaryFolder } from "../temporary-folder";

/** A storage that refuses to write while it is out. */
class FailingStorage implements Storage {
  out = false;
  attempts = 0;
  readonly get: Storage["get"];
  readonly list: Storage["list"];
  readonly delete: Storage["delete"];

  constructor(private readonly inner: Storage) {
    this.get = inner.get.bind(inner);
    this.list = inner.list.bind(inner);
    this.delete = inner.delete.bind(inner);
  }

  async put(path: string, content: Uint8Array | string): Promise<void> {
    this.attempts += 1;
    // The worst outage: what was written is there, but the writer is told that it is not.
    await this.inner.put(path, content);
    if (this.out) throw new Error("The network is down.");
  }
}

function record(id: number, time = "2026-11-21T00:05:00.000Z"): PredictionRecord {
  return { id: String(id), time, model: "diabetes:3", inputs: [{ age: id, sex: null }], outputs: [id / 3] };
}

const numbers = (count: number, from = 0): number[] =>
  Array.from({ length: count }, (_, index) => from + index);

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error("The condition was not met within 10 s.");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe("the prediction log", () => {
  const folder = useTemporaryFolder();
  let storage: FailingStorage;
  let said: string[];
  let logs: PredictionLog[];

  beforeEach(() => {
    storage = new FailingStorage(openLocalStorage(folder()));
    said = [];
    logs = [];
  });
  afterEach(() => Promise.all(logs.map((log) => log.close())));

  function open(options: Partial<PredictionLogOptions> = {}): PredictionLog {
    const report = (message: string): void => void said.push(message);
    const log = openPredictionLog({ storage, environment: "prod", model: "diabetes", report, ...options });
    logs.push(log);
    return log;
  }

  async function read(range: { from?: Date; to?: Date } = {}): Promise<PredictionRecord[]> {
    const report = (message: string): void => void said.push(message);
    const query = { environment: "prod", model: "diabetes", report, ...range };
    const records: PredictionRecord[] = [];
    for await (const each of readPredictionLog(storage, query)) records.push(each);
    return records;
  }

  const idsIn = async (range?: { from?: Date; to?: Date }): Promise<number[]> =>
    (await read(range)).map(({ id }) => Number(id));

  test("gives back every record, in order, with its numbers to the last bit", async () => {
    const log = open({ batchRecords: 10 });
    const records = numbers(95).map((id) => ({
      ...record(id),
      probabilities: [0.1 + 0.2 * (id / 95)],
      outputs: ["größer"],
    }));
    for (const each of records) log.append(each);
    await log.flush();
    expect(await read()).toEqual(records);
    expect(await storage.list("")).toHaveLength(10);
    expect(log.dropped).toBe(0);
    expect(said).toEqual([]);
  });

  test("puts records into files by the hour of their time, in UTC", async () => {
    const log = open();
    log.append(record(1, "2026-11-20T23:59:59.999Z"));
    log.append(record(2, "2026-11-21T00:00:00.000Z"));
    log.append(record(3, "2026-11-21T01:30:00.000+02:00"));
    await log.flush();
    expect((await storage.list("")).map((path) => path.replace(/-[0-9a-f]{8}-/, "-writer-"))).toEqual([
      "prod/diabetes/date=2026-11-20/hour=23/20261120T233000000Z-writer-000003.jsonl",
      "prod/diabetes/date=2026-11-20/hour=23/20261120T235959999Z-writer-000001.jsonl",
      "prod/diabetes/date=2026-11-21/hour=00/20261121T000000000Z-writer-000002.jsonl",
    ]);
  });

  test.each<[string, { from?: Date; to?: Date }, number[]]>([
    ["everything", {}, [1, 2, 3, 4]],
    ["from a time on, inclusive", { from: new Date("2026-11-21T00:30:00Z") }, [2, 3, 4]],
    ["up to a time, exclusive", { to: new Date("2026-11-21T01:00:00Z") }, [1, 2]],
    ["a span", { from: new Date("2026-11-21T00:30:00Z"), to: new Date("2026-11-22T00:00:00Z") }, [2, 3]],
    ["nothing", { from: new Date("2026-11-23T00:00:00Z") }, []],
  ])("reads %s", async (_, range, ids) => {
    const log = open();
    const times = [
      "2026-11-21T00:00:00Z",
      "2026-11-21T00:30:00Z",
      "2026-11-21T01:00:00Z",
      "2026-11-22T00:00:00Z",
    ];
    for (const [index, time] of times.entries()) log.append(record(index + 1, time));
    await log.flush();
    expect(await idsIn(range)).toEqual(ids);
  });

  test("keeps models and environments apart, also when one name begins with another", async () => {
    const others = [open({ model: "diabetes-2" }), open({ environment: "qa" }), open()];
    for (const [index, log] of others.entries()) {
      log.append(record(index));
      await log.flush();
    }
    expect(await idsIn()).toEqual([2]);
  });

  test("writes by itself: a full batch at once, the rest after the pause", async () => {
    const log = open({ batchRecords: 5, flushMs: 60_000 });
    for (const id of numbers(4)) log.append(record(id));
    expect(storage.attempts).toBe(0);
    log.append(record(4));
    await until(async () => (await idsIn()).length === 5);
    const quick = open({ flushMs: 5, model: "diabetes", environment: "prod" });
    quick.append(record(5));
    await until(async () => (await idsIn()).length === 6);
  });

  test("mixes up nothing when several processes write at once", async () => {
    const writers = numbers(5).map(() => open({ batchRecords: 3 }));
    for (const id of numbers(100)) writers[id % 5]?.append(record(id));
    await Promise.all(writers.map((log) => log.flush()));
    expect((await idsIn()).sort((a, b) => a - b)).toEqual(numbers(100));
  });

  test("keeps records through an outage, and writes each once, in order, when it is over", async () => {
    const log = open({ batchRecords: 10, flushMs: 2 });
    storage.out = true;
    for (const id of numbers(25)) log.append(record(id));
    await until(() => storage.attempts >= 3);
    for (const id of numbers(10, 25)) log.append(record(id));
    await expect(log.flush()).rejects.toThrow("The network is down.");
    storage.out = false;
    await until(() => said.length === 2);
    await log.flush();
    expect(await idsIn()).toEqual(numbers(35));
    expect(log.dropped).toBe(0);
    expect(said).toEqual([
      "The prediction log prod/diabetes cannot be written: The network is down. Records are kept and tried again.",
      "The prediction log prod/diabetes is written again.",
    ]);
  });

  test("tries less and less often while the outage lasts", async () => {
    const log = open({ flushMs: 1 });
    storage.out = true;
    const begun = Date.now();
    log.append(record(0));
    await until(() => storage.attempts >= 7);
    // Pauses of 2, 4, ..., 64 ms.
    expect(Date.now() - begun).toBeGreaterThanOrEqual(120);
    storage.out = false;
  });

  test("drops the oldest when the outage lasts too long, and counts them", async () => {
    const log = open({ batchRecords: 10, mostQueuedRecords: 20, flushMs: 60_000 });
    storage.out = true;
    for (const id of numbers(10)) log.append(record(id));
    await until(() => said.length === 1);
    for (const id of numbers(50, 10)) log.append(record(id));
    expect(log.dropped).toBe(30);
    storage.out = false;
    await log.flush();
    expect(await idsIn()).toEqual([...numbers(10), ...numbers(20, 40)]);
    expect(said.slice(1)).toEqual([
      "Records lost by the prediction log prod/diabetes so far: 1.",
      "The prediction log prod/diabetes is written again.",
      "Records lost by the prediction log prod/diabetes so far: 30.",
    ]);
  });

  test("is bounded in bytes as well", async () => {
    const bytes = Buffer.byteLength(`${JSON.stringify(record(10))}\n`);
    const log = open({ mostQueuedBytes: bytes * 3, flushMs: 60_000 });
    for (const id of numbers(9, 30)) log.append(record(id));
    expect(log.dropped).toBe(6);
    log.append({ ...record(99), inputs: [{ text: "x".repeat(bytes * 3) }] });
    expect(log.dropped).toBe(10);
    log.append(record(40));
    await log.flush();
    expect(await idsIn()).toEqual([40]);
  });

  test("keeps a record as it was when it was appended", async () => {
    const log = open();
    const changing = { ...record(1), outputs: [1] };
    log.append(changing);
    changing.outputs[0] = 2;
    await log.flush();
    expect((await read())[0]?.outputs).toEqual([1]);
  });

  test("loses a record that cannot be written without failing the request", async () => {
    const log = open();
    log.append(record(1, "yesterday"));
    log.append(record(2));
    await log.flush();
    expect(log.dropped).toBe(1);
    expect(said[0]).toBe("A record of the prediction log prod/diabetes is lost: Invalid time value");
    expect(await idsIn()).toEqual([2]);
  });

  test("writes what waits when it is closed, and takes nothing afterwards", async () => {
    const log = open({ flushMs: 60_000, batchRecords: 1000 });
    for (const id of numbers(3)) log.append(record(id));
    await log.close();
    log.append(record(3));
    await log.close();
    expect(await idsIn()).toEqual(numbers(3));
    expect(log.dropped).toBe(1);
  });

  test("does not hold up the end of a process during an outage, and says what is lost", async () => {
    const log = open({ batchRecords: 10, flushMs: 60_000 });
    storage.out = true;
    for (const id of numbers(25)) log.append(record(id));
    await log.close();
    expect(log.dropped).toBe(25);
    expect(said.at(-1)).toBe("Records lost by the prediction log prod/diabetes so far: 25.");
    const attempts = storage.attempts;
    await log.close();
    expect(storage.attempts).toBe(attempts);
  });

  test("reports a line that is not whole, and reads the others", async () => {
    const log = open();
    for (const id of numbers(3)) log.append(record(id));
    await log.flush();
    const [file = ""] = await storage.list("");
    await appendFile(folder(file), '{"id":"3","time":"2026-11-21T00:05:00.000Z","mod');
    const other = file.replace(/[^/]+$/, "x.jsonl");
    const short = JSON.stringify({ ...record(4), outputs: [] });
    await writeFile(folder(other), `${short}\n\n${JSON.stringify(record(5))}\n`);
    expect(await idsIn()).toEqual([0, 1, 2, 5]);
    expect(said).toEqual([
      `Line 4 of ${file} is not a whole prediction record; it is left out.`,
      `Line 1 of ${other} is not a whole prediction record; it is left out.`,
      `Line 2 of ${other} is not a whole prediction record; it is left out.`,
    ]);
  });

  test("takes a record in well under a millisecond", () => {
    const log = open({ batchRecords: 100_000, mostQueuedRecords: 1000 });
    const begun = performance.now();
    for (const id of numbers(20_000)) log.append(record(id));
    expect((performance.now() - begun) / 20_000).toBeLessThan(0.2);
  });
});
