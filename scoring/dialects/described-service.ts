import type { DescribedService } from "../description/openapi-parts";
import { readRows } from "../rows/read-rows";
import type { Service } from "./dialect";

/** The service as its descriptions show it: with the model's own example, read as a request's rows are. */
export function describedService({ scorer, limits, example }: Service): DescribedService {
  const { signature, reference } = scorer;
  const { maxRows } = limits;
  return { signature, reference, maxRows, rows: readRows(signature, example, maxRows).records() };
}
