import type { Act } from "../../platform/audit/audit-entry";
import type { Digest } from "../../platform/base/files";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import {
  countRecords,
  removeRecords,
  type RecordCounts,
  type RecordsOf,
} from "../../platform/predictions/forget-records";
import type { RowsWith } from "../../platform/data/remove-rows";
import { shortDigest } from "../../platform/base/files";
import type { Storage } from "../../platform/storage/storage";
import { usageOfData } from "../data/data-usage";
import type { Session } from "../session/session";
import { findData, nothingInData, removeData, type DataOfPerson } from "./data-of-person";
import { findForgotten, proofOf, requestsOf, rowsOf, unknownPerson, type Person } from "./person";
import type { Places } from "./places";
import { truthOfPerson, type TruthOfPerson } from "./truth-of-person";

/** What is worked with, and the environments by name, which the folders of prediction logs have. */
type Forgetting = Pick<Session, "audit" | "registry" | "runs"> & {
  readonly environments: Pick<Session["environments"], "names">;
  readonly places: Pick<Places, "logs" | "data" | "truths">;
};

/** What was found of a person, and what became of it. */
export interface Forgotten {
  /** Records of the prediction logs, by environment. */
  readonly records: RecordCounts;
  /** Rows of the data as it is now on this machine. */
  readonly rows: number;
  /** Data versions with such rows, those of stacks with their environment, and what is left of each once they were removed. */
  readonly dataVersions: readonly {
    readonly digest: Digest;
    readonly environment?: string;
    readonly rows: number;
    readonly left?: Digest;
  }[];
  /** What stacks train on, and earlier deliveries: rows and files that have them, by environment. */
  readonly delivered: readonly {
    readonly environment: string;
    readonly rows: number;
    readonly files: number;
  }[];
  /** Rows of truth that were delivered about the requests. */
  readonly truth: number;
  /** Files of stacks' data that cannot be read, by environment and path: what they have is not known. */
  readonly unread: readonly string[];
  /** Registered versions that were trained on such rows, and runs of this machine. */
  readonly trainedOn: { readonly versions: readonly string[]; readonly runs: readonly string[] };
  /** Whether the data has ids by which rows of a request can be told. */
  readonly dataHasIds: boolean;
  readonly removed: boolean;
}

interface Found {
  readonly forgotten: Forgotten;
  readonly data: DataOfPerson;
  readonly wanted: RecordsOf;
  /** How rows of the person are found in data, where they can be. */
  readonly rowsWith: RowsWith | undefined;
}

/** Counts of several logs as one. */
function added(counts: readonly RecordCounts[]): RecordCounts {
  const sums: Record<string, number> = {};
  for (const [environment, count] of counts.flatMap((each) => Object.entries(each)))
    sums[environment] = (sums[environment] ?? 0) + count;
  return sums;
}

async function inLogs(
  logs: readonly Storage[],
  work: (log: Storage) => Promise<RecordCounts>,
): Promise<RecordCounts> {
  const counts: RecordCounts[] = [];
  for (const log of logs) counts.push(await work(log));
  return added(counts);
}

const total = (records: RecordCounts): number =>
  Object.values(records).reduce((sum, count) => sum + count, 0);

const sumOf = (found: readonly { readonly rows: number }[]): number =>
  found.reduce((sum, { rows }) => sum + rows, 0);

/** Looks for truth of a person wherever it is delivered, and removes it when told to. */
async function inTruths(
  { places: { truths } }: Forgetting,
  model: string,
  { wanted, remove: isToGo }: { readonly wanted: RecordsOf; readonly remove: boolean },
): Promise<TruthOfPerson> {
  const unread: string[] = [];
  let rows = 0;
  for (const { environment, storage } of truths) {
    const found = await truthOfPerson({ storage, model }, wanted, { remove: isToGo });
    rows += found.rows;
    unread.push(...found.unread.map((file) => `truth${environment ? ` of ${environment}` : ""}: ${file}`));
  }
  return { rows, unread };
}

/** What was found in data, as it is told. */
function toldOf({
  current,
  versions,
  delivered,
}: DataOfPerson): Pick<Forgotten, "rows" | "dataVersions" | "delivered" | "unread"> {
  return {
    rows: current,
    dataVersions: versions.map(({ version, rows, place: { environment } }) => ({
      digest: version.digest,
      ...(environment !== undefined && { environment }),
      rows,
    })),
    delivered: delivered
      .filter(({ files }) => files.length > 0)
      .map(({ environment, files }) => ({ environment, rows: sumOf(files), files: files.length })),
    unread: delivered.flatMap(({ environment, unread }) => unread.map((file) => `${environment}: ${file}`)),
  };
}

async function find(session: Forgetting, loaded: LoadedDefinition, person: Person): Promise<Found> {
  const { name } = loaded.definition;
  const { logs, data: places } = session.places;
  const rowsWith = rowsOf(loaded.definition, person);
  const data = rowsWith === undefined ? nothingInData : await findData(places, { loaded, wanted: rowsWith });
  const { id, column } = person;
  const wanted: RecordsOf = {
    ids: new Set(column === undefined ? [id] : requestsOf(data.ids)),
    ...(column !== undefined && { column: { name: column, value: id } }),
  };
  const truth = await inTruths(session, name, { wanted, remove: false });
  const told = toldOf(data);
  const usage = await usageOfData(session, name);
  const digests = [...new Set(data.versions.map(({ version }) => version.digest))];
  const used = digests.map((digest) => usage.get(digest));
  return {
    data,
    wanted,
    rowsWith,
    forgotten: {
      records: await inLogs(logs, (log) => countRecords(log, name, wanted)),
      ...told,
      truth: truth.rows,
      unread: [...told.unread, ...truth.unread],
      trainedOn: {
        versions: used
          .flatMap((each) => each?.versions ?? [])
          .sort((one, other) => one.localeCompare(other, "en", { numeric: true })),
        runs: used.flatMap((each) => each?.runs ?? []),
      },
      dataHasIds: rowsWith !== undefined,
      removed: false,
    },
  };
}

/** What is told of it in the audit trail: all but whose it was. */
function detailsOf({
  records,
  rows,
  dataVersions,
  delivered,
  truth,
  unread,
  trainedOn,
}: Forgotten): Act["details"] {
  const versions = dataVersions.map(({ digest, left }) =>
    [digest, left].map((each) => (each === undefined ? "" : shortDigest(each))).join(" → "),
  );
  return {
    records: String(total(records)),
    rows: String(rows),
    ...(delivered.length > 0 && { delivered: String(sumOf(delivered)) }),
    ...(truth > 0 && { truth: String(truth) }),
    ...(unread.length > 0 && { unread: String(unread.length) }),
    ...(versions.length > 0 && { dataVersions: versions.join(", ") }),
    ...(trainedOn.versions.length > 0 && { trainedOn: trainedOn.versions.join(", ") }),
  };
}

/** Removes all that was found, then what the places keep of it: earlier versions of blobs, which may have the rows. */
async function remove(
  session: Forgetting,
  loaded: LoadedDefinition,
  { forgotten, data, wanted, rowsWith }: Found,
): Promise<Forgotten> {
  const { name } = loaded.definition;
  const { logs, data: places, truths } = session.places;
  const removed = await inLogs(logs, (log) => removeRecords(log, name, wanted));
  const left =
    rowsWith === undefined ? [] : await removeData(places, { loaded, wanted: rowsWith, found: data });
  await inTruths(session, name, { wanted, remove: true });
  // What was on its way while the data was rewritten.
  const late = await inLogs(logs, (log) => removeRecords(log, name, wanted));
  for (const log of logs)
    for (const environment of session.environments.names) await log.dropEarlier(`${environment}/${name}/`);
  for (const { dataVersions, delivered } of places) {
    await dataVersions?.dropEarlier(name);
    await delivered?.dropEarlier(`${name}/`);
  }
  for (const { storage } of truths) await storage.dropEarlier(`${name}/`);
  return {
    ...forgotten,
    records: added([removed, late]),
    dataVersions: forgotten.dataVersions.map((each, index) => {
      const successor = left[index];
      return { ...each, ...(successor && { left: successor }) };
    }),
    removed: true,
  };
}

/**
 * Looks for what the prediction logs and the data of a model have of a person and, when told to, removes it. It may be repeated: what was
 * interrupted is finished, and what has come since is found. Throws NOT_FOUND when there is nothing.
 */
export async function forget(
  session: Forgetting,
  loaded: LoadedDefinition,
  {
    remove: isToGo,
    reason,
    ...person
  }: Person & { readonly remove: boolean; readonly reason?: string | undefined },
): Promise<Forgotten> {
  const { name } = loaded.definition;
  for (const { dataVersions } of session.places.data) await dataVersions?.finishForgetting(name);
  const found = await find(session, loaded, person);
  const { records, rows, dataVersions, delivered, truth, unread } = found.forgotten;
  if (total(records) + rows + truth + dataVersions.length + delivered.length === 0) {
    const { entries } = await session.audit.verify();
    const before = await findForgotten(entries, name, person);
    // What did not end may have left earlier versions of blobs, which a search does not see.
    if (!isToGo || before === undefined || before.state === "done")
      throw unknownPerson(name, person, { before, unread });
  }
  if (!isToGo) return found.forgotten;
  const { column } = person;
  const act: Act = {
    act: "forget",
    subject: name,
    ...(reason !== undefined && { why: reason }),
    details: { ...(await proofOf(person)), by: column === undefined ? "request id" : `column ${column}` },
  };
  return session.audit.around(act, () => remove(session, loaded, found), { outcome: detailsOf });
}
