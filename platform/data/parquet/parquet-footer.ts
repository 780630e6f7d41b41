import { isReadType, PageNotRead } from "../../kernels/read-parquet-pages";
import { ThriftReader, type ThriftStruct, type ThriftValue } from "./thrift-compact";
import { isStruct, numberIn, requiredNumber, structIn, structsIn } from "./thrift-fields";

/** A column of numbers in a part of the rows (a row group). */
export interface ColumnChunk {
  /** Parquet's number of the type. */
  readonly type: number;
  readonly isOptional: boolean;
  readonly isPacked: boolean;
  /** First byte in the file, and how many there are. */
  readonly offset: number;
  readonly bytes: number;
  readonly rows: number;
}

/** Some of a file's rows, with the chunks of the wanted columns in their order. */
export interface RowGroup {
  readonly rows: number;
  readonly chunks: readonly ColumnChunk[];
}

/** Field numbers of https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift. */
const fields = {
  file: { schema: 2, rows: 3, rowGroups: 4, encryption: 8 },
  element: { type: 1, repetition: 3, name: 4, children: 5, converted: 6, logical: 10 },
  rowGroup: { columns: 1, rows: 3 },
  column: { file: 1, content: 3 },
  content: { type: 1, path: 3, codec: 4, values: 5, bytes: 7, data: 9, dictionary: 11 },
} as const;
const optional = 1;
const codecs = { none: 0, snappy: 1 } as const;
/** Whole numbers with a sign, of 8 to 64 bits: "converted types" INT_8 to INT_64. */
const signed = { first: 15, last: 18 } as const;
/** Among logical types whole numbers, of which a field says whether they have a sign. */
const logicalWhole = { integer: 10, isSigned: 2 } as const;

interface NumberColumn {
  readonly type: number;
  readonly isOptional: boolean;
}

/** Whether a column has plain numbers, and not what numbers stand for, as a date. */
function isPlainNumber(element: ThriftStruct): boolean {
  const converted = numberIn(element, fields.element.converted);
  if (converted !== undefined && (converted < signed.first || converted > signed.last)) return false;
  const logical = element.get(fields.element.logical);
  if (!isStruct(logical)) return true;
  const whole = logical.get(logicalWhole.integer);
  return isStruct(whole) && whole.get(logicalWhole.isSigned) === true;
}

/** The columns at the top of the schema that are numbers, by name. */
function numberColumns(file: ThriftStruct): ReadonlyMap<string, NumberColumn> {
  const [, ...elements] = structsIn(file, fields.file.schema);
  const columns = new Map<string, NumberColumn>();
  let inside = 0;
  for (const element of elements) {
    const children = numberIn(element, fields.element.children) ?? 0;
    const isInside = inside > 0;
    inside += children - (isInside ? 1 : 0);
    const [type, name] = [numberIn(element, fields.element.type), element.get(fields.element.name)];
    const repetition = numberIn(element, fields.element.repetition) ?? 0;
    const isNumber =
      type !== undefined && isReadType(type) && repetition <= optional && isPlainNumber(element);
    if (isInside || children > 0 || !isNumber || !Buffer.isBuffer(name)) continue;
    columns.set(name.toString("utf8"), { type, isOptional: repetition === optional });
  }
  return columns;
}

/** What a chunk is a column of, where that is at the top of the schema. */
function nameOf(content: ThriftStruct): string | undefined {
  const names = content.get(fields.content.path);
  if (!Array.isArray(names) || names.length !== 1) return undefined;
  const [name] = names as readonly ThriftValue[];
  return Buffer.isBuffer(name) ? name.toString("utf8") : undefined;
}

function chunkOf(content: ThriftStruct, column: NumberColumn): ColumnChunk {
  const codec = requiredNumber(content, fields.content.codec);
  if (codec !== codecs.none && codec !== codecs.snappy) throw new PageNotRead(`codec ${codec}`);
  if (requiredNumber(content, fields.content.type) !== column.type) throw new PageNotRead("another type");
  const data = requiredNumber(content, fields.content.data);
  const dictionary = numberIn(content, fields.content.dictionary) ?? 0;
  return {
    ...column,
    isPacked: codec === codecs.snappy,
    // Some programs write 0 where there is no dictionary.
    offset: dictionary > 0 ? Math.min(dictionary, data) : data,
    bytes: requiredNumber(content, fields.content.bytes),
    rows: requiredNumber(content, fields.content.values),
  };
}

/** The row groups of a file by its footer, with columns of numbers by name. Throws PageNotRead where one is not there, or not such a column. */
export function readFooter(footer: Buffer, names: readonly string[]): RowGroup[] {
  const file = new ThriftReader(footer).struct();
  if (file.has(fields.file.encryption)) throw new PageNotRead("an encrypted file");
  const columns = numberColumns(file);
  const groups = structsIn(file, fields.file.rowGroups).map((group): RowGroup => {
    const contents = new Map<string, ThriftStruct>();
    for (const column of structsIn(group, fields.rowGroup.columns)) {
      if (column.has(fields.column.file)) throw new PageNotRead("columns in other files");
      const content = structIn(column, fields.column.content);
      const name = nameOf(content);
      if (name !== undefined) contents.set(name, content);
    }
    const rows = requiredNumber(group, fields.rowGroup.rows);
    const chunks = names.map((name) => {
      const [content, column] = [contents.get(name), columns.get(name)];
      if (content === undefined || column === undefined) throw new PageNotRead(`column "${name}"`);
      return chunkOf(content, column);
    });
    if (chunks.some((chunk) => chunk.rows !== rows)) throw new PageNotRead("columns of different lengths");
    return { rows, chunks };
  });
  if (groups.reduce((sum, { rows }) => sum + rows, 0) !== requiredNumber(file, fields.file.rows))
    throw new PageNotRead("row groups that have not all rows");
  return groups;
}
