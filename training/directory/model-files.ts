import { stat, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ModelDefinition } from "../../platform/definition/definition";
import { toStoredJson, type Digest } from "../../platform/base/files";
import {
  modelFiles,
  type GoldenRows,
  type Lineage,
  type ModelMetrics,
} from "../../platform/model/model-directory";
import type { Profile } from "../../platform/drift/profile";
import type { Signature } from "../../platform/model/signature";
import type { LinearParameters, MultinomialParameters } from "../../platform/onnx/linear-parameters";
import { pythonEnvironment, toInputExample, toMlmodel } from "./mlflow-files";
import { modelCard } from "./model-card";

/** What is known of a model once it is trained and measured. */
interface ModelFacts {
  readonly definition: ModelDefinition;
  readonly signature: Signature;
  /** Of `model.onnx`. */
  readonly onnxDigest: Digest;
  readonly golden: GoldenRows;
  readonly metrics: ModelMetrics;
  readonly reference: Profile;
  readonly lineage: Lineage;
  readonly linear: LinearParameters | MultinomialParameters | undefined;
}

/** Writes the files of a model directory that holds `model.onnx` already. */
export async function writeModelFiles(directory: string, facts: ModelFacts): Promise<void> {
  const { definition, signature, onnxDigest, golden, metrics, reference, lineage } = facts;
  const { size } = await stat(path.join(directory, modelFiles.onnx));
  const files = {
    [modelFiles.mlmodel]: toMlmodel({
      metadata: { name: definition.name, run: lineage.run, signature },
      createdAt: lineage.createdAt,
      onnxDigest,
      onnxSize: size,
    }),
    ...pythonEnvironment(),
    [modelFiles.inputExample]: toStoredJson(toInputExample(signature, golden.rows)),
    [modelFiles.golden]: toStoredJson(golden),
    [modelFiles.metrics]: toStoredJson(metrics),
    [modelFiles.reference]: toStoredJson(reference),
    [modelFiles.lineage]: toStoredJson(lineage),
    [modelFiles.card]: modelCard(facts),
  };
  for (const [name, content] of Object.entries(files)) await writeFile(path.join(directory, name), content);
}
