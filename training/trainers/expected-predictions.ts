import { writeFile } from "node:fs/promises";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { fileExists } from "../../platform/base/files";
import { counted, percent } from "../../platform/base/wording";
import { modelFiles, readGoldenRows, type GoldenRows } from "../../platform/model/model-directory";
import { fittedSignature } from "../../platform/model/fitted-inputs";
import { signatureOf } from "../../platform/model/signature";
import { featureTable } from "../../platform/model/table";
import { OnnxModel } from "../../platform/onnx/onnx-model";
import type { TrainerInput } from "./trainer";

/** A conversion that moves more of the predictions than this share has made another model. */
const maxDifferingShare = 0.01;
/** A program may ask for less, but not allow itself more than this, relative to the greater of a prediction and their range. */
const maxTolerance = 1e-3;

interface Difference {
  readonly row: number;
  readonly expected: number;
  readonly actual: number;
  /** Relative to the greater of the prediction expected and the range of all of them. */
  readonly relative: number;
}

/** How far each row's numbers, `width` of them, are from those expected at most; the furthest row first. */
export function differences(expected: readonly number[], actual: ArrayLike<number>, width = 1): Difference[] {
  // Not by spreading: of many classes there are more numbers than a call takes.
  const [least, greatest] = expected.reduce(
    ([min, max], value) => [Math.min(min, value), Math.max(max, value)],
    [Infinity, -Infinity],
  );
  const range = greatest - least;
  const ofNumbers = expected.map((value, index) => {
    const other = actual[index] ?? NaN;
    const scale = Math.max(Math.abs(value), range) || 1;
    const relative = other === value ? 0 : Math.abs(other - value) / scale;
    return {
      row: Math.floor(index / width),
      expected: value,
      actual: other,
      relative: Number.isNaN(relative) ? Infinity : relative,
    };
  });
  const byRow = new Map<number, Difference>();
  for (const one of ofNumbers) {
    if (one.relative >= (byRow.get(one.row)?.relative ?? 0)) byRow.set(one.row, one);
  }
  return [...byRow.values()].toSorted((a, b) => b.relative - a.relative);
}

/** What is compared: probabilities where there are some, as a label says less. */
function numbersOf({ predictions, probabilities }: GoldenRows): readonly number[] {
  return probabilities?.flat() ?? predictions.map(Number);
}

/**
 * Compares a model with what the program that wrote it says that it predicts, if the program has left `golden.json` beside it:
 * rows of its data with the predictions of its own library. Throws MODEL_INVALID when the conversion to ONNX has made another
 * model of it; a few rows that 32 bits put on another side of a threshold are a warning, which is returned.
 */
export async function checkExpected(
  { definition, onOutput }: Pick<TrainerInput, "definition" | "onOutput">,
  onnx: Uint8Array,
  output: string,
): Promise<string[]> {
  if (!(await fileExists(path.join(output, modelFiles.golden)))) return [];
  const golden = await readGoldenRows(output);
  const file = path.join(output, "checked.onnx");
  await writeFile(file, onnx);
  const model = await OnnxModel.open(file, fittedSignature(signatureOf(definition)));
  try {
    const { prediction, probability, probabilities } = await model.predict(
      featureTable(model.signature, golden.rows),
    );
    const actual = probabilities ?? probability ?? Float64Array.from(prediction, Number);
    const width = probabilities ? probabilities.length / golden.rows.length : 1;
    return judge(differences(numbersOf(golden), actual, width), golden.tolerance, onOutput);
  } finally {
    await model.close();
  }
}

function judge(found: readonly Difference[], asked: number, onOutput: TrainerInput["onOutput"]): string[] {
  const tolerance = Math.min(asked, maxTolerance);
  const [furthest] = found;
  const differing = found.filter(({ relative }) => relative > tolerance);
  if (furthest === undefined || differing.length === 0) {
    const largest = (furthest?.relative ?? 0).toExponential(1);
    onOutput?.(`${modelFiles.onnx} predicts as its program does: largest difference ${largest}.`);
    return [];
  }
  const share = differing.length / found.length;
  const what = `${modelFiles.onnx} predicts otherwise than its program in ${counted(differing.length, "row")} of ${found.length} (${percent(share)}): ${furthest.actual} instead of ${furthest.expected} in row ${furthest.row + 1} of its ${modelFiles.golden}`;
  if (share <= maxDifferingShare) return [`${what}. 32 bits put few rows on another side of a threshold.`];
  throw new PlatformError(
    "MODEL_INVALID",
    `${what}. At most ${percent(maxDifferingShare)} may differ by more than ${tolerance}, relative to the range of the predictions. The conversion to ONNX has made another model of it: fit it to the rows as \`table.train.X\` has them, or report the converter's fault.`,
  );
}
