import { PlatformError } from "../../../platform/base/errors";
import { usageByDigest, type DataUsage } from "../../data/data-usage";
import type { DataVersion } from "../../../platform/data/versions/version-record";
import type { Session } from "../../session/session";
import type { Board } from "./board";

/** Versions of a model's data that are kept where this process may read them, newest first. */
export interface KeptData {
  readonly versions: readonly DataVersion[];
  /** Why there are none, or fewer than elsewhere, in a sentence. */
  readonly note?: string;
}

const ofWebApp =
  "Jobs keep what they train on in the container models, which this web app has no right to read. What is listed is what registered versions say of it: rows, and what was trained on them. `mlops data versions` on a machine that may read it has the rest.";

const switchedOff =
  "MLOPS_DATA_VERSIONS is off, so no data is kept here. What is listed is what runs and registered versions say of it.";

/** Reads which versions of a model's data are kept. */
export async function readKeptData(
  { hosted, dataVersions }: Pick<Session, "hosted" | "dataVersions">,
  model: string,
): Promise<KeptData> {
  if (hosted !== undefined) return { versions: [], note: ofWebApp };
  if (dataVersions === undefined) return { versions: [], note: switchedOff };
  try {
    return { versions: await dataVersions.list(model) };
  } catch (error) {
    // Of a stack: the rest of the page is known without.
    if (!(error instanceof PlatformError)) throw error;
    return { versions: [], note: error.message };
  }
}

/** Data that a model was trained on, or may be, as far as it is known. */
export interface KnownData extends Partial<
  Pick<DataVersion, "rows" | "source" | "columns" | "keptAt" | "collected">
> {
  readonly digest: string;
  readonly usedBy: DataUsage;
}

/** What runs and the files of versions say of data, by its digest. */
function saidOfData({ runs, facts }: Board): Map<string, Pick<KnownData, "rows" | "source">> {
  const lineages = [...facts.values()].flatMap(({ lineage }) => (lineage ? [lineage.data] : []));
  const data = [...lineages, ...runs.flatMap((run) => (run.data ? [run.data] : []))];
  return new Map(data.map(({ digest, rows, source }) => [digest, { rows, source }]));
}

/** All data of a model: what is kept, the newest first, then what is known by what was trained on it alone. */
export function knownData(board: Board, kept: readonly DataVersion[]): KnownData[] {
  const usage = usageByDigest(board.runs, board.versions);
  const isKept = new Set<string>(kept.map(({ digest }) => digest));
  const said = saidOfData(board);
  const nothing: DataUsage = { runs: [], versions: [] };
  return [
    ...kept.map((version) => ({ ...version, usedBy: usage.get(version.digest) ?? nothing })),
    ...[...usage]
      .filter(([digest]) => !isKept.has(digest))
      .map(([digest, usedBy]) => ({ digest, ...said.get(digest), usedBy })),
  ];
}
