import path from "node:path";
import type { PromotionDecision } from "../../platform/metrics/evaluation";
import { formatNumber } from "../../platform/base/format-number";
import { digestOfFile } from "../../platform/base/files";
import { modelFiles, readLineage } from "../../platform/model/model-directory";
import { formatShift, shiftTag } from "../../platform/registry/expected-shift";
import { comparisonTag, formatComparison } from "../../platform/registry/gate-comparison";
import type { ModelVersion, Registry } from "../../platform/registry/registry";
import { breakingTag } from "../../platform/registry/steering-signature";

/** A version that holds a candidate, and whether the registry had it before. */
export interface Registration {
  readonly version: ModelVersion;
  readonly existed: boolean;
}

/** Registers a model directory that the gate let pass. The same model again is not another version. */
export async function registerCandidate(
  registry: Registry,
  directory: string,
  decision: PromotionDecision,
): Promise<Registration> {
  const { reason, metric, candidate, champion, shift, breaking = [] } = decision;
  const lineage = await readLineage(directory);
  const onnx = await digestOfFile(path.join(directory, modelFiles.onnx));
  const same = (await registry.list(lineage.model)).find(({ tags }) => tags.onnx === onnx);
  if (same) return { version: same, existed: true };
  // What was accepted is known where the version is released, on whatever machine.
  const accepted = breaking.flatMap(({ column, acceptedBy }) => (acceptedBy === undefined ? [] : [column]));
  const comparison = formatComparison(decision);
  const tags = {
    run: lineage.run,
    decision: reason,
    data: lineage.data.digest,
    onnx,
    ...(accepted.length > 0 && { [breakingTag]: [...new Set(accepted)].join(",") }),
    ...(champion && shift && { [shiftTag]: formatShift(champion.model, shift) }),
    ...(comparison !== undefined && { [comparisonTag]: comparison }),
    // What the gate compares, for whoever looks at the list.
    ...(candidate !== undefined && { measured: `${metric} ${formatNumber(candidate)}` }),
  };
  return { version: await registry.register(lineage.model, directory, tags), existed: false };
}
