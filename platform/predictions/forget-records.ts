import type { Storage } from "../storage/storage";
import { parsePredictionRecord } from "./prediction-record";

/** Records of a person: by the ids of requests, or by what a row of a request has in a column. */
export interface RecordsOf {
  readonly ids: ReadonlySet<string>;
  readonly column?: { readonly name: string; readonly value: string };
}

/** Records by environment. */
export type RecordCounts = Readonly<Record<string, number>>;

/** Whether a line of the log is of the person. One that was cut short is, if as much as is left of it begins like that. */
function isOf(line: string, { ids, column }: RecordsOf): boolean {
  const record = parsePredictionRecord(line);
  if (record === undefined) return [...ids].some((id) => line.startsWith(`{"id":${JSON.stringify(id)}`));
  if (ids.has(record.id)) return true;
  return (
    column !== undefined &&
    record.inputs.some((row) => {
      const value = row[column.name];
      return value !== undefined && value !== null && String(value) === column.value;
    })
  );
}

interface LogFile {
  readonly file: string;
  readonly environment: string;
  /** Lines of the person. */
  readonly found: number;
  /** The others. */
  readonly left: readonly string[];
}

/** Files of a model's log, in all environments, that have records of the person. */
async function* filesWith(storage: Storage, model: string, wanted: RecordsOf): AsyncGenerator<LogFile> {
  for (const file of await storage.list("")) {
    const [environment = "", name] = file.split("/");
    if (name !== model || !/\/date=[^/]+\/hour=[^/]+\/[^/]+\.jsonl$/.test(file)) continue;
    const lines = Buffer.from(await storage.get(file))
      .toString("utf8")
      .split("\n");
    const left = lines.filter((line) => line === "" || !isOf(line, wanted));
    if (left.length < lines.length) yield { file, environment, found: lines.length - left.length, left };
  }
}

/** Counts the records of a person in a model's log, in all environments. */
export async function countRecords(
  storage: Storage,
  model: string,
  wanted: RecordsOf,
): Promise<RecordCounts> {
  const counts: Record<string, number> = {};
  for await (const { environment, found } of filesWith(storage, model, wanted))
    counts[environment] = (counts[environment] ?? 0) + found;
  return counts;
}

/**
 * Removes the records of a person: whole, as truth names the rows of a request by their place. A file is replaced in one step, or goes
 * with its last record.
 */
export async function removeRecords(
  storage: Storage,
  model: string,
  wanted: RecordsOf,
): Promise<RecordCounts> {
  const counts: Record<string, number> = {};
  for await (const { file, environment, found, left } of filesWith(storage, model, wanted)) {
    if (left.every((line) => line === "")) await storage.delete(file);
    else await storage.put(file, left.join("\n"));
    counts[environment] = (counts[environment] ?? 0) + found;
  }
  return counts;
}
