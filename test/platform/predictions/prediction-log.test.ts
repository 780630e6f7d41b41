import { appendFile, writeFile } from "node:fs/promises";
import type { PredictionLogQuery } from "../../../platform/predictions/prediction-log";
import { readPredictionLog } from "../../../platform/predictions/prediction-log";
import type { PredictionRecord } from "../../../platform/predictions/prediction-record";
import { openLocalStorage } from "../../../platform/storage/local-storage";
import { useTemporaryFolder } from "../base/temporary-folder";
import { recordOf } from "./scored-request";

describe("the prediction log, as it is read", () => {
  const folder = useTemporaryFolder();
  let said: string[];
  beforeEach(() => (said = []));

  async function write(records: readonly PredictionRecord[], log = "prod/diabetes"): Promise<void> {
    const storage = openLocalStorage(folder());
    for (const record of records) {
      const hour = `date=${record.time.slice(0, 10)}/hour=${record.time.slice(11, 13)}`;
      await storage.put(
        `${log}/${hour}/${record.time.replaceAll(/[-:.]/g, "")}.jsonl`,
        `${JSON.stringify(record)}\n`,
      );
    }
  }

  async function idsIn(range: Partial<PredictionLogQuery> = {}): Promise<number[]> {
    const report = (message: string): void => void said.push(message);
    const query = { environment: "prod", model: "diabetes", report, ...range };
    const ids: number[] = [];
    for await (const { id } of readPredictionLog(openLocalStorage(folder()), query)) ids.push(Number(id));
    return ids;
  }

  test.each<[string, { from?: Date; to?: Date }, number[]]>([
    ["everything", {}, [1, 2, 3, 4]],
    ["from a time on, inclusive", { from: new Date("2026-11-21T00:30:00Z") }, [2, 3, 4]],
    ["up to a time, exclusive", { to: new Date("2026-11-21T01:00:00Z") }, [1, 2]],
    ["a span", { from: new Date("2026-11-21T00:30:00Z"), to: new Date("2026-11-22T00:00:00Z") }, [2, 3]],
    ["nothing", { from: new Date("2026-11-23T00:00:00Z") }, []],
  ])("is read: %s", async (_, range, ids) => {
    const times = [
      "2026-11-21T00:00:00Z",
      "2026-11-21T00:30:00Z",
      "2026-11-21T01:00:00Z",
      "2026-11-22T00:00:00Z",
    ];
    await write(times.map((time, index) => recordOf(index + 1, time)));
    expect(await idsIn(range)).toEqual(ids);
  });

  test("keeps models and environments apart, also when one name begins with another", async () => {
    for (const [index, log] of ["prod/diabetes-2", "qa/diabetes", "prod/diabetes"].entries()) {
      await write([recordOf(index)], log);
    }
    expect(await idsIn()).toEqual([2]);
  });

  test("reports a line that is not whole, and reads the others", async () => {
    await write([recordOf(0)]);
    const [file = ""] = await openLocalStorage(folder()).list("");
    await appendFile(folder(file), '{"id":"3","time":"2026-11-21T00:05:00.000Z","mod');
    const other = file.replace(/[^/]+$/, "x.jsonl");
    const short = JSON.stringify({ ...recordOf(4), outputs: [] });
    await writeFile(folder(other), `${short}\n\n${JSON.stringify(recordOf(5))}\n`);
    expect(await idsIn()).toEqual([0, 5]);
    expect(said).toEqual([
      `Line 2 of ${file} is not a complete prediction record; it is left out.`,
      `Line 1 of ${other} is not a complete prediction record; it is left out.`,
      `Line 2 of ${other} is not a complete prediction record; it is left out.`,
    ]);
  });
});
