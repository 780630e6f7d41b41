import { PageNotRead } from "../../kernels/read-parquet-pages";
import type { ColumnChunk } from "./parquet-footer";
import { ThriftReader } from "./thrift-compact";
import { requiredNumber, structIn } from "./thrift-fields";

/** Numbers of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift. */
const pageTypes = { data: 0, index: 1, dictionary: 2, dataWithLevels: 3 } as const;
const pageFields = { type: 1, bytes: 2, storedBytes: 3, data: 5, dictionary: 7, dataWithLevels: 8 } as const;
const encodings = { plain: 0, plainDictionary: 2, runs: 3, dictionary: 8 } as const;

/** A page's header. */
export interface PageHeader {
  readonly isDictionary: boolean;
  readonly isLookedUp: boolean;
  readonly count: number;
  readonly levelBytes?: number;
  readonly isPacked: boolean;
  readonly storedBytes: number;
  readonly bytes: number;
  /** Bytes of the header itself. */
  readonly headerBytes: number;
}

function isLookedUp(encoding: number): boolean {
  if (encoding === encodings.plain) return false;
  if (encoding === encodings.dictionary || encoding === encodings.plainDictionary) return true;
  throw new PageNotRead(`encoding ${encoding}`);
}

/** Reads a page's header at the start of some bytes. */
export function readPageHeader(bytes: Buffer, chunk: Pick<ColumnChunk, "isPacked">): PageHeader {
  const reader = new ThriftReader(bytes);
  const header = reader.struct();
  const page = {
    bytes: requiredNumber(header, pageFields.bytes),
    storedBytes: requiredNumber(header, pageFields.storedBytes),
    headerBytes: reader.at,
    isPacked: chunk.isPacked,
    isDictionary: false,
  };
  const type = requiredNumber(header, pageFields.type);
  if (type === pageTypes.dictionary) {
    const dictionary = structIn(header, pageFields.dictionary);
    // Its entries are plain, by either name.
    isLookedUp(requiredNumber(dictionary, 2));
    return { ...page, isDictionary: true, isLookedUp: false, count: requiredNumber(dictionary, 1) };
  }
  if (type === pageTypes.data) {
    const data = structIn(header, pageFields.data);
    if (requiredNumber(data, 3) !== encodings.runs) throw new PageNotRead("levels in another encoding");
    return {
      ...page,
      isLookedUp: isLookedUp(requiredNumber(data, 2)),
      count: requiredNumber(data, 1),
    };
  }
  if (type !== pageTypes.dataWithLevels) throw new PageNotRead(`a page of type ${type}`);
  const data = structIn(header, pageFields.dataWithLevels);
  if (requiredNumber(data, 6) !== 0) throw new PageNotRead("rows of several values");
  return {
    ...page,
    isLookedUp: isLookedUp(requiredNumber(data, 4)),
    count: requiredNumber(data, 1),
    levelBytes: requiredNumber(data, 5),
    isPacked: chunk.isPacked && data.get(7) !== false,
  };
}
