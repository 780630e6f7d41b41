import path from "node:path";
import packageJson from "../../package.json";
import { definitionDigest } from "../../platform/definition/definition-digest";
import type { Lineage } from "../../platform/model/model-directory";
import { loadOnnxRuntime } from "../../platform/onnx/onnx-runtime";
import type { SqlEngine } from "../../platform/sql/engine";
import type { TrainingRequest } from "./training-request";

/** What a model is made from, and with what, as far as it is known before it is trained. */
export async function makeLineage(
  request: TrainingRequest,
  {
    training,
    heldOut,
    program,
    chosen,
    cpuSeconds,
  }: {
    readonly training: number;
    readonly heldOut: number;
    readonly program: Lineage["program"] | undefined;
    readonly chosen: Lineage["chosen"] | undefined;
    readonly cpuSeconds: number;
  },
): Promise<Lineage> {
  const { definition, source, engine } = request;
  return {
    model: definition.name,
    run: request.run,
    createdAt: request.now.toISOString(),
    data: {
      source: path.basename(source.file),
      digest: source.digest,
      rows: source.rows,
      trainingRows: training,
      heldOutRows: heldOut,
    },
    split: request.split,
    code: request.code,
    definitionDigest: definitionDigest(definition),
    parameters: definition.trainer,
    ...(chosen && { chosen }),
    ...(program && { program }),
    seed: definition.split.seed,
    // The time of another process is not this one's.
    ...(program === undefined && { cpuSeconds }),
    ...(request.parentRun !== undefined && { parentRun: request.parentRun }),
    ...(request.champion !== undefined && { champion: request.champion }),
    tools: await toolVersions(engine),
  };
}

async function toolVersions(engine: SqlEngine): Promise<Lineage["tools"]> {
  const { env } = loadOnnxRuntime();
  return {
    node: process.versions.node,
    [engine.name]: await engine.version(),
    onnxruntime: env.versions.node ?? env.versions.common,
    platform: packageJson.version,
  };
}
