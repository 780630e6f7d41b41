import type { Digest } from "../../platform/base/files";
import { modelFiles, type ModelMetadata } from "../../platform/model/model-directory";
import { probabilityNames } from "../../platform/definition/class-names";
import type { Signature } from "../../platform/model/signature";
import type { SqlRow } from "../../platform/sql/engine";

const pythonVersion = "3.11";
/** What a Python program needs to load the model; the lower bounds are the first that read operator set 17. */
const requirements = ["mlflow>=2.9", "onnx>=1.12", "onnxruntime>=1.16"];
/** MLflow's type names. */
const dataTypes = { number: "double", category: "string", boolean: "boolean", date: "double" } as const;

function mlflowSignature({ inputs, target }: Signature): Record<string, string | null> {
  const label = typeof target.classes?.[0] === "string" ? "string" : "long";
  const outputs = [
    { type: target.classes ? label : "double", name: "prediction", required: true },
    ...probabilityNames(target.classes).map((name) => ({ type: "double", name, required: true })),
  ];
  return {
    inputs: JSON.stringify(
      inputs.map(({ name, type, nullable }) => ({ type: dataTypes[type], name, required: !nullable })),
    ),
    outputs: JSON.stringify(outputs),
    params: null,
  };
}

export interface MlflowFacts {
  readonly metadata: ModelMetadata;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  /** Of `model.onnx`. */
  readonly onnxDigest: Digest;
  /** Bytes of `model.onnx`. */
  readonly onnxSize: number;
}

/** `MLmodel`: the flavors by which MLflow loads the directory, its signature, and the platform's metadata. */
export function toMlmodel({ metadata, createdAt, onnxDigest, onnxSize }: MlflowFacts): string {
  // Loaded on use: the other commands need no YAML.
  const { stringify } = require("yaml") as typeof import("yaml");
  const content = {
    artifact_path: "model",
    flavors: {
      onnx: {
        code: null,
        data: modelFiles.onnx,
        onnx_version: "1.12.0",
        providers: ["CPUExecutionProvider"],
      },
      python_function: {
        data: modelFiles.onnx,
        env: { conda: modelFiles.conda, virtualenv: modelFiles.pythonEnv },
        loader_module: "mlflow.onnx",
        python_version: `${pythonVersion}.0`,
      },
    },
    metadata: { mlops: metadata },
    mlflow_version: "2.9.0",
    model_size_bytes: onnxSize,
    // Equal content, equal id: the same training twice gives the same model.
    model_uuid: onnxDigest.slice(0, 32),
    run_id: metadata.run,
    saved_input_example_info: {
      artifact_path: modelFiles.inputExample,
      pandas_orient: "split",
      type: "dataframe",
    },
    signature: mlflowSignature(metadata.signature),
    utc_time_created: createdAt.replace("T", " ").replace("Z", "000"),
  };
  // Quoted, as readers of YAML 1.1 (MLflow's) and 1.2 disagree on what an unquoted time, "no" or "0o7" is.
  return stringify(content, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 });
}

/** Rows as MLflow's input example: a data frame in "split" orientation. */
export function toInputExample({ inputs }: Signature, rows: readonly SqlRow[]): unknown {
  const columns = inputs.map(({ name }) => name);
  return { columns, data: rows.map((row) => columns.map((name) => row[name] ?? null)) };
}

/** The Python environment of the model, in the three forms MLflow reads, by file name. */
export function pythonEnvironment(): Record<string, string> {
  const list = (indentation: string) => requirements.map((line) => `${indentation}- ${line}\n`).join("");
  return {
    [modelFiles.requirements]: `${requirements.join("\n")}\n`,
    [modelFiles.conda]: `name: mlflow-env\nchannels:\n- conda-forge\ndependencies:\n- python=${pythonVersion}\n- pip\n- pip:\n${list("  ")}`,
    [modelFiles.pythonEnv]: `python: "${pythonVersion}"\nbuild_dependencies:\n- pip\ndependencies:\n- -r ${modelFiles.requirements}\n`,
  };
}
