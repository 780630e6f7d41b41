import type { Act } from "../../platform/audit/audit-entry";
import type { Digest } from "../../platform/base/files";
import { counted } from "../../platform/base/wording";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import {
  countRecords,
  removeRecords,
  type RecordCounts,
  type RecordsOf,
} from "../../platform/predictions/forget-records";
import type { RowsWith } from "../../platform/data/remove-rows";
import { shortDigest } from "../../platform/base/files";
import { usageOfData } from "../data/data-usage";
import type { Session } from "../session/session";
import { findData, removeData, type DataOfPerson } from "./data-of-person";
import { findForgotten, proofOf, requestsOf, rowsOf, unknownPerson, type Person } from "./person";

type Forgetting = Pick<Session, "audit" | "dataVersions" | "predictions" | "registry" | "runs">;

/** What was found of a person, and what became of it. */
export interface Forgotten {
  /** Records of the prediction log, by environment. */
  readonly records: RecordCounts;
  /** Rows of the data as it is now. */
  readonly rows: number;
  /** Data versions with such rows, and what is left of each once they were removed. */
  readonly dataVersions: readonly {
    readonly digest: Digest;
    readonly rows: number;
    readonly left?: Digest;
  }[];
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

const total = (records: RecordCounts): number =>
  Object.values(records).reduce((sum, count) => sum + count, 0);

async function find(session: Forgetting, loaded: LoadedDefinition, person: Person): Promise<Found> {
  const { name } = loaded.definition;
  const rowsWith = rowsOf(loaded.definition, person);
  const data =
    rowsWith === undefined
      ? { current: 0, versions: [], ids: [] }
      : await findData(session, loaded, rowsWith);
  const { id, column } = person;
  const wanted: RecordsOf = {
    ids: new Set(column === undefined ? [id] : requestsOf(data.ids)),
    ...(column !== undefined && { column: { name: column, value: id } }),
  };
  const usage = await usageOfData(session, name);
  const used = data.versions.map(({ version }) => usage.get(version.digest));
  return {
    data,
    wanted,
    rowsWith,
    forgotten: {
      records: await countRecords(session.predictions, name, wanted),
      rows: data.current,
      dataVersions: data.versions.map((each) => ({ digest: each.version.digest, rows: each.rows })),
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
function detailsOf({ records, rows, dataVersions, trainedOn }: Forgotten): Act["details"] {
  const versions = dataVersions.map(({ digest, left }) =>
    [digest, left].map((each) => (each === undefined ? "" : shortDigest(each))).join(" → "),
  );
  return {
    records: String(total(records)),
    rows: String(rows),
    ...(versions.length > 0 && { dataVersions: versions.join(", ") }),
    ...(trainedOn.versions.length > 0 && { trainedOn: trainedOn.versions.join(", ") }),
  };
}

/**
 * Looks for what the prediction log and the data of a model have of a person and, when told to, removes it. It may be repeated: what was
 * interrupted is finished, and what has come since is found. Throws NOT_FOUND when there is nothing.
 */
export async function forget(
  session: Forgetting,
  loaded: LoadedDefinition,
  { remove, reason, ...person }: Person & { readonly remove: boolean; readonly reason?: string | undefined },
): Promise<Forgotten> {
  const { name } = loaded.definition;
  await session.dataVersions?.finishForgetting(name);
  const { forgotten, data, wanted, rowsWith } = await find(session, loaded, person);
  const { records, rows, dataVersions } = forgotten;
  if (total(records) + rows + dataVersions.length === 0) {
    const { entries } = await session.audit.verify();
    throw unknownPerson(name, person, await findForgotten(entries, name, person));
  }
  if (!remove) return forgotten;
  const { column } = person;
  const act: Act = {
    act: "forget",
    subject: name,
    ...(reason !== undefined && { why: reason }),
    details: { ...(await proofOf(person)), by: column === undefined ? "request id" : `column ${column}` },
  };
  return session.audit.around(
    act,
    async () => {
      const removed = await removeRecords(session.predictions, name, wanted);
      const left =
        rowsWith === undefined
          ? new Map<Digest, Digest>()
          : await removeData(session, loaded, { found: data, wanted: rowsWith });
      // What was on its way while the data was rewritten.
      const late = await removeRecords(session.predictions, name, wanted);
      const all = Object.fromEntries(
        [...new Set([...Object.keys(removed), ...Object.keys(late)])].map((environment) => [
          environment,
          (removed[environment] ?? 0) + (late[environment] ?? 0),
        ]),
      );
      return {
        ...forgotten,
        records: all,
        dataVersions: dataVersions.map((each) => {
          const successor = left.get(each.digest);
          return { ...each, ...(successor && { left: successor }) };
        }),
        removed: true,
      };
    },
    { outcome: detailsOf },
  );
}

/** What was found and done, for people; `serving` are environments whose service may still write. */
export function describeForgotten(
  { records, rows, dataVersions, trainedOn, dataHasIds, removed }: Forgotten,
  { model, serving }: { readonly model: string; readonly serving: readonly string[] },
): string {
  const verb = removed ? "Removed" : "Found";
  const inLog = Object.entries(records).map(
    ([environment, count]) => `${counted(count, "record")} of the prediction log in ${environment}`,
  );
  const inData = [
    ...(rows > 0 ? [`${counted(rows, "row")} of the data as it is now`] : []),
    ...dataVersions.map(
      ({ digest, rows: count, left }) =>
        `${counted(count, "row")} of data version ${shortDigest(digest)}${left === undefined ? "" : `, what is left of which is ${shortDigest(left)}`}`,
    ),
  ];
  const { versions, runs } = trainedOn;
  return [
    `${verb}: ${[...inLog, ...inData].join("; ")}.`,
    versions.length + runs.length === 0
      ? "No model was trained on these rows."
      : `Trained on these rows: ${[...versions, ...runs.map((run) => `run ${run}`)].join(", ")}. A model keeps what it has learned; retrain it, and release the new version, where that has to go too.`,
    ...(dataHasIds
      ? []
      : [
          `The data of ${model} has no id column, so rows collected from a request cannot be identified. Name a column and a value that tell them: --column <name>.`,
        ]),
    "Files of truth that were given to `collect` and `monitor`, and copies of the data elsewhere, are yours to clean.",
    ...(removed && serving.length > 0
      ? [
          `${model} serves in ${serving.join(" and ")}: a record that waits to be written may still come. Run this again in a few minutes.`,
        ]
      : []),
    ...(removed ? [] : ["Nothing was changed. Add --yes to remove it for good."]),
  ].join("\n");
}
