import { blockRows, type BlockStore, type StoredReading } from "./block-store";
import { findRowsWhere } from "./rows-where";

/** Numbers by column; NULL is NaN. */
export type Block = readonly Float64Array[];

/** Runs a query whose columns are doubles; its rows come in pieces of any size, in their order. */
type Stream = (sql: string) => AsyncIterable<Block>;

function firstRows(columns: Block, rows: number): Block {
  return rows >= blockRows ? columns : columns.map((values) => values.subarray(0, rows));
}

/** Cuts what comes in pieces of any size into blocks. */
class BlockCutter {
  private readonly whole: Block;
  private filled = 0;

  constructor(columns: number) {
    this.whole = Array.from({ length: columns }, () => new Float64Array(blockRows));
  }

  /** The blocks that become full; each is there until the next one is asked for. `fill` puts so many rows of the piece, from one on, into a block. */
  *cut(
    rows: number,
    fill: (block: Block, at: number, from: number, count: number) => void,
  ): Generator<Block> {
    for (let taken = 0; taken < rows;) {
      const count = Math.min(rows - taken, blockRows - this.filled);
      fill(this.whole, this.filled, taken, count);
      [taken, this.filled] = [taken + count, this.filled + count];
      if (this.filled < blockRows) continue;
      yield this.whole;
      this.filled = 0;
    }
  }

  /** What is left. */
  *rest(): Generator<Block> {
    if (this.filled > 0) yield firstRows(this.whole, this.filled);
  }
}

/** Blocks of expressions over a relation, from the store as far as it has them. */
export async function* readBlocks(
  stream: Stream,
  store: BlockStore | undefined,
  {
    columns,
    from,
    again,
  }: { readonly columns: readonly string[]; readonly from: string; readonly again: boolean },
): AsyncGenerator<Block> {
  if (columns.length === 0) return;
  const some = findRowsWhere(from);
  if (some === undefined) {
    yield* readAll(stream, store, { columns, from, again });
    return;
  }
  const selected = `CASE WHEN ${some.condition} THEN 1 ELSE 0 END`;
  const all = readAll(stream, store, { columns: [...columns, selected], from: some.relation, again });
  yield* pickRows(all, columns.length);
}

/** The rows of blocks whose last column is 1, without it. */
async function* pickRows(blocks: AsyncIterable<Block>, columns: number): AsyncGenerator<Block> {
  const cutter = new BlockCutter(columns);
  const places = new Uint16Array(blockRows);
  for await (const block of blocks) {
    const isPicked = block[columns] ?? new Float64Array();
    let picked = 0;
    for (let row = 0; row < isPicked.length; row++) if (isPicked[row] === 1) places[picked++] = row;
    yield* cutter.cut(picked, (into, at, from, count) => {
      for (const [column, target] of into.entries()) {
        const values = block[column] ?? target;
        for (let row = 0; row < count; row++) target[at + row] = values[places[from + row] ?? 0] ?? NaN;
      }
    });
  }
  yield* cutter.rest();
}

interface Wanted {
  readonly columns: readonly string[];
  readonly from: string;
  readonly again: boolean;
}

async function* readAll(
  stream: Stream,
  store: BlockStore | undefined,
  { columns, from, again }: Wanted,
): AsyncGenerator<Block> {
  const reading = store?.begin(columns, from, { again });
  try {
    yield* reading?.rows === undefined
      ? askedBlocks(stream, { columns, from }, reading)
      : storedBlocks(columns.length, reading, reading.rows);
  } finally {
    reading?.close();
  }
}

function* storedBlocks(columns: number, reading: StoredReading, rows: number): Generator<Block> {
  const whole = Array.from({ length: columns }, () => new Float64Array(blockRows));
  for (let block = 0, before = 0; before < rows; block++, before += blockRows) {
    const values = firstRows(whole, rows - before);
    reading.read(block, values);
    yield values;
  }
}

async function* askedBlocks(
  stream: Stream,
  wanted: Omit<Wanted, "again">,
  reading: StoredReading | undefined,
): AsyncGenerator<Block> {
  let [block, rows] = [0, 0];
  for await (const values of streamBlocks(stream, wanted, reading?.isStored ?? [])) {
    reading?.read(block, values);
    reading?.write(block, values);
    rows += values[0]?.length ?? 0;
    block += 1;
    yield values;
  }
  reading?.keep(rows);
}

/** Blocks of the columns that are not stored; those of the others have their length. */
async function* streamBlocks(
  stream: Stream,
  { columns, from }: Omit<Wanted, "again">,
  isStored: readonly boolean[],
): AsyncGenerator<Block> {
  const cutter = new BlockCutter(columns.length);
  const asked = columns.flatMap((column, place) => (isStored[place] ? [] : [{ column, place }]));
  const numbers = asked.map(({ column }, index) => `CAST(${column} AS DOUBLE) AS c${index}`);
  for await (const values of stream(`SELECT ${numbers.join(", ")} FROM ${from}`)) {
    yield* cutter.cut(values[0]?.length ?? 0, (into, at, first, count) => {
      for (const [index, { place }] of asked.entries())
        into[place]?.set(values[index]?.subarray(first, first + count) ?? [], at);
    });
  }
  yield* cutter.rest();
}
