import { findPlaces, gather } from "../kernels/number-kernels";
import { adjacentColumns, blockRows, type BlockStore, type StoredReading } from "./block-store";
import { findRowsWhere, type RowsWhere } from "./rows-where";

/** Numbers by column; NULL is NaN. */
export type Block = readonly Float64Array[];

/** Runs a query whose columns are doubles; its rows come in pieces of any size, in their order. */
type Stream = (sql: string) => AsyncIterable<Block>;

function firstRows(columns: Block, rows: number): Block {
  return rows >= blockRows ? columns : columns.map((values) => values.subarray(0, rows));
}

/** Cuts what comes in pieces of any size into blocks. */
export class BlockCutter {
  private filled = 0;

  /** Fills the columns of a block. */
  constructor(private readonly whole: Block) {}

  /** Whether nothing is left over. */
  get isEmpty(): boolean {
    return this.filled === 0;
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
  wanted: Wanted,
): AsyncGenerator<Block> {
  if (wanted.columns.length === 0) return;
  const some = findRowsWhere(wanted.from);
  // What is picked is not stored once more: to pick it anew takes less than to write it.
  if (some) yield* pickBlocks(stream, store, { columns: wanted.columns, some, again: wanted.again });
  else yield* readAll((columns) => streamBlocks(stream, columns, wanted.from), store, wanted);
}

/** Blocks of those rows of a relation that meet a condition. */
function pickBlocks(
  stream: Stream,
  store: BlockStore | undefined,
  {
    columns,
    some: { relation, condition, isMet, isColumn },
    again,
  }: { readonly columns: readonly string[]; readonly some: RowsWhere; readonly again: boolean },
): AsyncGenerator<Block> {
  // One column for those that meet it and those that do not; what is neither is among none. A truth value is 1 or 0 as a number.
  const met = isColumn ? condition : `CASE WHEN ${condition} THEN 1 WHEN NOT ${condition} THEN 0 END`;
  const all = readAll((asked) => streamBlocks(stream, asked, relation), store, {
    columns: [...columns, met],
    from: relation,
    again,
  });
  return withColumns(store, columns.length, (whole) => pickRows(all, whole, isMet ? 1 : 0));
}

/** Blocks that are made in columns which the store has, and gets back. */
async function* withColumns(
  store: BlockStore | undefined,
  columns: number,
  blocks: (whole: Block) => AsyncIterable<Block> | Iterable<Block>,
): AsyncGenerator<Block> {
  const whole = store?.takeColumns(columns) ?? adjacentColumns(columns);
  try {
    yield* blocks(whole);
  } finally {
    store?.giveBack(whole);
  }
}

/** The rows of blocks whose last column has a value, without it. */
async function* pickRows(blocks: AsyncIterable<Block>, whole: Block, wanted: number): AsyncGenerator<Block> {
  const cutter = new BlockCutter(whole);
  const columns = whole.length;
  const places = new Uint16Array(blockRows + 1);
  for await (const block of blocks) {
    const rows = findPlaces(block[columns] ?? new Float64Array(), wanted, places);
    const values = block.slice(0, columns);
    yield* cutter.cut(rows, (into, at, from, count) =>
      gather(values, places.subarray(from, from + count), into, at),
    );
  }
  yield* cutter.rest();
}

interface Wanted {
  readonly columns: readonly string[];
  readonly from: string;
  readonly again: boolean;
}

/** Blocks of columns of a relation, which no store has. */
type Asked = (columns: readonly string[]) => AsyncIterable<Block>;

async function* readAll(
  ask: Asked,
  store: BlockStore | undefined,
  { columns, from, again }: Wanted,
): AsyncGenerator<Block> {
  const reading = store?.begin(columns, from, { again });
  try {
    const rows = reading?.rows;
    if (!reading || rows === undefined) yield* askedBlocks(ask, columns, reading);
    else yield* withColumns(store, columns.length, (whole) => storedBlocks(whole, reading, rows));
  } finally {
    reading?.close();
  }
}

function* storedBlocks(whole: Block, reading: StoredReading, rows: number): Generator<Block> {
  for (let block = 0, before = 0; before < rows; block++, before += blockRows) {
    const values = firstRows(whole, rows - before);
    reading.read(block, values);
    yield values;
  }
}

async function* askedBlocks(
  ask: Asked,
  columns: readonly string[],
  reading: StoredReading | undefined,
): AsyncGenerator<Block> {
  const places = [...columns.keys()].filter((place) => reading?.isStored[place] !== true);
  const stored = columns.map((_, place) => new Float64Array(places.includes(place) ? 0 : blockRows));
  let [block, rows] = [0, 0];
  for await (const asked of ask(places.map((place) => columns[place] ?? ""))) {
    const length = asked[0]?.length ?? 0;
    const values = [...firstRows(stored, length)];
    for (const [index, place] of places.entries()) values[place] = asked[index] ?? new Float64Array();
    reading?.read(block, values);
    reading?.write(block, values);
    rows += length;
    block += 1;
    yield values;
  }
  reading?.keep(rows);
}

/** Blocks of columns of a relation, as the engine gives them. */
async function* streamBlocks(
  stream: Stream,
  columns: readonly string[],
  from: string,
): AsyncGenerator<Block> {
  const cutter = new BlockCutter(adjacentColumns(columns.length));
  const numbers = columns.map((column, index) => `CAST(${column} AS DOUBLE) AS c${index}`);
  for await (const values of stream(`SELECT ${numbers.join(", ")} FROM ${from}`)) {
    yield* cutter.cut(values[0]?.length ?? 0, (into, at, first, count) => {
      for (const [index, target] of into.entries())
        target.set(values[index]?.subarray(first, first + count) ?? [], at);
    });
  }
  yield* cutter.rest();
}
