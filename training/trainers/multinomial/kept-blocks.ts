import { designBlocks, widthOf, type Design, type DesignBlock } from "../design";

/** Bytes of rows that are kept in memory, so that they are read and encoded once and not for each step. */
const maxBytes = 128 * 2 ** 20;

function copyOf(block: DesignBlock): DesignBlock {
  return {
    ...block,
    dense: block.dense.map(({ at, values }) => ({ at, values: values.slice() })),
    categories: block.categories.map((places) => places.slice()),
    further: [],
    targets: block.targets.slice(),
    weights: block.weights.slice(),
  };
}

/** The rows of a design, to be gone through again and again: from memory where they are few, else read each time. */
export class KeptBlocks {
  private kept: DesignBlock[] | undefined = [];
  private isWhole = false;
  private bytes = 0;

  constructor(private readonly design: Design) {}

  /** Number of encoded columns. */
  get width(): number {
    return widthOf(this.design);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<DesignBlock> {
    if (this.isWhole && this.kept) {
      yield* this.kept;
      return;
    }
    for await (const block of designBlocks(this.design)) {
      this.keep(block);
      yield block;
    }
    this.isWhole = true;
  }

  private keep(block: DesignBlock): void {
    this.bytes += 8 * block.rows * (block.dense.length + block.categories.length + 2);
    if (this.bytes > maxBytes) this.kept = undefined;
    this.kept?.push(copyOf(block));
  }
}
