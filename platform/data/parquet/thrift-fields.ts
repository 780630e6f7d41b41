import { PageNotRead } from "../../kernels/read-parquet-pages";
import type { ThriftStruct, ThriftValue } from "./thrift-compact";

export const isStruct = (value: ThriftValue | undefined): value is ThriftStruct => value instanceof Map;

export function numberIn(struct: ThriftStruct, field: number): number | undefined {
  const value = struct.get(field);
  return typeof value === "number" ? value : undefined;
}

/** A length, count, offset or number of a kind: whole, and not negative. */
export function requiredNumber(struct: ThriftStruct, field: number): number {
  const value = numberIn(struct, field);
  if (value === undefined || value < 0 || !Number.isSafeInteger(value))
    throw new PageNotRead(`a structure without its field ${field}`);
  return value;
}

export function structsIn(struct: ThriftStruct, field: number): readonly ThriftStruct[] {
  const values = struct.get(field);
  if (!Array.isArray(values)) throw new PageNotRead(`a structure without its list ${field}`);
  return (values as readonly ThriftValue[]).filter(isStruct);
}

export function structIn(struct: ThriftStruct, field: number): ThriftStruct {
  const value = struct.get(field);
  if (!isStruct(value)) throw new PageNotRead(`a structure without its part ${field}`);
  return value;
}
