import path from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { PlatformError, reasonOf } from "../base/errors";
import { fileExists } from "../base/files";
import { counted, withoutPeriod } from "../base/wording";
import { modelFiles, readModelMetadata } from "../model/model-directory";
import { probabilityNames } from "../definition/class-names";
import { InputTooLarge } from "./input-too-large";
import { loadOnnxRuntime, type OnnxRuntime } from "./onnx-runtime";
import type { Signature, SignatureColumn } from "../model/signature";
import type { ColumnValues, FeatureTable, Predictions } from "../model/table";

/** Element types that an input may have, by type of feature. */
const tensorTypes = {
  number: ["float64", "float32"],
  category: ["string"],
  boolean: ["bool"],
  date: ["float64"],
} as const;

/** Element type of each output of the graph, by name. */
function outputTypesOf(signature: Signature): ExpectedTypes {
  if (signature.task === "regression") return new Map([["prediction", ["float64"]]]);
  const label = typeof signature.target.classes?.[0] === "string" ? "string" : "int64";
  const probabilities = probabilityNames(signature.target.classes);
  return new Map<string, readonly Tensor.Type[]>([
    ["prediction", [label]],
    ...probabilities.map((name) => [name, ["float64"]] as const),
  ]);
}

/** Element types allowed, by name. */
type ExpectedTypes = ReadonlyMap<string, readonly Tensor.Type[]>;

type Metadata = readonly InferenceSession.ValueMetadata[];

function faultsOfValues(kind: "input" | "output", expected: ExpectedTypes, actual: Metadata): string[] {
  const faults: string[] = [];
  for (const [name, types] of expected) {
    const value = actual.find((candidate) => candidate.name === name);
    if (!value) faults.push(`${kind} "${name}" is missing`);
    else if (!value.isTensor) faults.push(`${kind} "${name}" is not a tensor`);
    else if (!types.includes(value.type))
      faults.push(`${kind} "${name}" is ${value.type}, not ${types.join(" or ")}`);
    else if (value.shape.length > 2 || (value.shape.length === 2 && value.shape[1] !== 1)) {
      const classes = name === "probability" ? " (that of the positive of two classes)" : "";
      faults.push(`${kind} "${name}" has the shape [${value.shape.join(", ")}], not [N, 1] or [N]${classes}`);
    }
  }
  for (const { name } of actual) {
    if (kind === "input" && !expected.has(name)) faults.push(`input "${name}" is not a feature`);
  }
  return faults;
}

/** What in the graph's inputs and outputs is not as the signature says; empty when all is. */
function faultsOf(signature: Signature, session: InferenceSession): string[] {
  const inputs: ExpectedTypes = new Map(signature.inputs.map(({ name, type }) => [name, tensorTypes[type]]));
  return [
    ...faultsOfValues("input", inputs, session.inputMetadata),
    ...faultsOfValues("output", outputTypesOf(signature), session.outputMetadata),
  ];
}

function toNumbers(data: Tensor.DataType): Float64Array {
  if (data instanceof BigInt64Array) return Float64Array.from(data, Number);
  return Float64Array.from(data as Float64Array);
}

/** A model ready to score: `model.onnx` of a model directory on onnxruntime. */
export class OnnxModel {
  /** What the graph says of each input, all of them tensors. */
  private readonly inputs: ReadonlyMap<string, InferenceSession.TensorValueMetadata>;

  private readonly probabilityNames: readonly string[];

  private constructor(
    readonly signature: Signature,
    private readonly runtime: OnnxRuntime,
    private readonly session: InferenceSession,
  ) {
    this.probabilityNames = probabilityNames(signature.target.classes);
    this.inputs = new Map(
      session.inputMetadata.flatMap((input) => (input.isTensor ? [[input.name, input] as const] : [])),
    );
  }

  /** Loads a model directory; throws MODEL_INVALID naming the file when it is missing, corrupt or not as its signature says. */
  static async load(modelDirectory: string): Promise<OnnxModel> {
    const { signature } = await readModelMetadata(modelDirectory);
    return OnnxModel.open(path.join(modelDirectory, modelFiles.onnx), signature);
  }

  /** Loads one ONNX file that has the given signature. */
  static async open(file: string, signature: Signature): Promise<OnnxModel> {
    if (!(await fileExists(file))) {
      throw new PlatformError(
        "MODEL_INVALID",
        `${file} does not exist. A model directory holds its model in that file. Train again, or restore the directory.`,
      );
    }
    const runtime = loadOnnxRuntime();
    const session = await createSession(runtime, file);
    const faults = faultsOf(signature, session);
    if (faults.length > 0) {
      await session.release();
      throw new PlatformError(
        "MODEL_INVALID",
        `${file} is not as its signature says: ${faults.join("; ")}. Train again, or correct the program that wrote it.`,
      );
    }
    return new OnnxModel(signature, runtime, session);
  }

  /** Predictions in row order. */
  async predict(table: FeatureTable): Promise<Predictions> {
    const categorical = typeof this.signature.target.classes?.[0] === "string";
    if (table.rows === 0) return this.emptyPredictions(categorical);
    const [tooLarge] = this.findTooLarge(table);
    if (tooLarge !== undefined) throw tooLarge;
    const feeds = Object.fromEntries(
      this.signature.inputs.map((column) => [column.name, this.tensorOf(column, table)]),
    );
    // A model may have others, of types that cannot be read here.
    const outputs = new Map(Object.entries(await this.run(feeds, table.rows)));
    const prediction = outputs.get("prediction");
    if (!prediction) throw unlikeRows("predictions", 0, table.rows);
    const probabilities = this.probabilityNames.flatMap((name) => outputs.get(name) ?? []);
    // A graph may leave its shapes open, so that only its answers show them.
    for (const tensor of [prediction, ...probabilities]) {
      const what = tensor === prediction ? "predictions" : "probabilities";
      if (tensor.size !== table.rows) throw unlikeRows(what, tensor.size, table.rows);
    }
    return {
      prediction: categorical ? Array.from(prediction.data as string[]) : toNumbers(prediction.data),
      ...this.probabilitiesOf(probabilities, table.rows),
    };
  }

  /** One column of two classes, else those of all classes row by row. */
  private probabilitiesOf(
    outputs: readonly Tensor[],
    rows: number,
  ): Pick<Predictions, "probability" | "probabilities"> {
    const width = this.probabilityNames.length;
    const [only] = outputs;
    if (width < 2) return only ? { probability: toNumbers(only.data) } : {};
    const probabilities = new Float64Array(rows * width);
    outputs.forEach(({ data }, offset) => {
      const values = toNumbers(data);
      for (let row = 0; row < rows; row++) probabilities[row * width + offset] = values[row] ?? NaN;
    });
    return { probabilities };
  }

  private async run(feeds: InferenceSession.FeedsType, rows: number): Promise<InferenceSession.ReturnType> {
    try {
      return await this.session.run(feeds, [...outputTypesOf(this.signature).keys()]);
    } catch (cause) {
      throw new PlatformError(
        "MODEL_INVALID",
        `The model fails on ${counted(rows, "row")}: ${withoutPeriod(reasonOf(cause))}. It was written for other rows than it is given here. Correct the program that wrote it.`,
        { cause },
      );
    }
  }

  /** Finite numbers that would be infinite to a model that takes 32 bits: one for each row that has any. */
  findTooLarge(table: FeatureTable): InputTooLarge[] {
    const found = new Map<number, InputTooLarge>();
    for (const { name } of this.signature.inputs) {
      const values = table.columns.get(name);
      if (!(values instanceof Float64Array) || this.inputs.get(name)?.type !== "float32") continue;
      for (let row = 0; row < values.length; row++) {
        const value = values[row] ?? NaN;
        if (!Number.isFinite(value) || Number.isFinite(Math.fround(value)) || found.has(row)) continue;
        const fault = `"${name}" is ${value}, which is too large for the model: it calculates with 32 bits, up to 3.4e38. Correct it.`;
        found.set(row, new InputTooLarge(row, name, fault));
      }
    }
    return [...found.values()];
  }

  async close(): Promise<void> {
    await this.session.release();
  }

  private emptyPredictions(categorical: boolean): Predictions {
    return {
      prediction: categorical ? [] : new Float64Array(),
      ...(this.probabilityNames.length === 1 && { probability: new Float64Array() }),
      ...(this.probabilityNames.length > 1 && { probabilities: new Float64Array() }),
    };
  }

  private tensorOf({ name }: SignatureColumn, table: FeatureTable): Tensor {
    const values: ColumnValues | undefined = table.columns.get(name);
    if (values?.length !== table.rows) {
      throw new PlatformError(
        "INPUT_INVALID",
        `Feature "${name}" has ${values?.length ?? 0} values for ${table.rows} rows. Give one value per row.`,
      );
    }
    const { type, shape } = this.inputs.get(name) ?? { type: "float64" as const, shape: [] };
    const dims = shape.length === 1 ? [table.rows] : [table.rows, 1];
    if (type === "float32" && values instanceof Float64Array)
      return new this.runtime.Tensor(type, Float32Array.from(values), dims);
    return new this.runtime.Tensor(type, values, dims);
  }
}

function unlikeRows(what: string, found: number, rows: number): PlatformError {
  return new PlatformError(
    "MODEL_INVALID",
    `The model answered ${found} ${what} for ${rows} rows. It has to give one per row; a classification's probability is that of the positive of its two classes. Correct the program that wrote it.`,
  );
}

async function createSession(runtime: OnnxRuntime, file: string): Promise<InferenceSession> {
  try {
    return await runtime.InferenceSession.create(file, {
      executionProviders: ["cpu"],
      // Rows of a request are few; a second thread would only compete with other requests.
      intraOpNumThreads: 1,
      interOpNumThreads: 1,
      graphOptimizationLevel: "all",
      enableCpuMemArena: false,
      logSeverityLevel: 3,
    });
  } catch (cause) {
    const reason = reasonOf(cause);
    throw new PlatformError(
      "MODEL_INVALID",
      `${file} is not a model that onnxruntime can load: ${reason}. Train again, or restore the file.`,
      { cause },
    );
  }
}
