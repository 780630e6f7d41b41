import type { Signature } from "../../platform/model/signature";
import type { ColumnValues } from "../../platform/model/table";

const positionsBySignature = new WeakMap<Signature, ReadonlyMap<string, number>>();

/** Where each feature is in the signature. It is the same for all requests, so it is found out once. */
function positionsOf(signature: Signature): ReadonlyMap<string, number> {
  const known = positionsBySignature.get(signature);
  if (known !== undefined) return known;
  const positions = new Map(signature.inputs.map(({ name }, position) => [name, position]));
  positionsBySignature.set(signature, positions);
  return positions;
}

/** The columns of one request by name. A map of its own for each request would cost more than what looks into it. */
export class RequestColumns implements ReadonlyMap<string, ColumnValues> {
  private readonly positions: ReadonlyMap<string, number>;

  /** `columns` are in the order of the signature. */
  constructor(
    signature: Signature,
    private readonly columns: readonly ColumnValues[],
  ) {
    this.positions = positionsOf(signature);
  }

  get size(): number {
    return this.columns.length;
  }

  get(name: string): ColumnValues | undefined {
    const position = this.positions.get(name);
    return position === undefined ? undefined : this.columns[position];
  }

  has(name: string): boolean {
    return this.positions.has(name);
  }

  keys(): MapIterator<string> {
    return this.positions.keys();
  }

  values(): MapIterator<ColumnValues> {
    return this.asMap().values();
  }

  entries(): MapIterator<[string, ColumnValues]> {
    return this.asMap().entries();
  }

  [Symbol.iterator](): MapIterator<[string, ColumnValues]> {
    return this.entries();
  }

  forEach(visit: (values: ColumnValues, name: string, map: ReadonlyMap<string, ColumnValues>) => void): void {
    this.asMap().forEach(visit);
  }

  private asMap(): Map<string, ColumnValues> {
    return new Map(
      Array.from(this.positions.keys(), (name, position) => [name, this.columns[position] ?? []] as const),
    );
  }
}
