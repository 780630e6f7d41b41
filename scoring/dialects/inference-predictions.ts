import type { SeenPredictions } from "../../platform/release/seen-predictions";
import type { ReceivedAnswer } from "./dialect";
import { tensorOfBytes } from "./inference-tensor";
import { classesIn, jsonIn, numbersIn } from "./received-answer";

interface ReceivedOutput {
  readonly name?: unknown;
  readonly datatype?: unknown;
  readonly data?: unknown;
  readonly parameters?: { readonly binary_data_size?: unknown };
}

/** Outputs whose numbers are predictions, those to be preferred first. */
const predictionOutputs = ["probability", "prediction"];

function sizeOf({ parameters }: ReceivedOutput): number {
  const size = parameters?.binary_data_size;
  return typeof size === "number" ? size : 0;
}

function numbersOf({ data }: ReceivedOutput, bytes: Buffer): readonly number[] | undefined {
  if (Array.isArray(data)) return numbersIn(data);
  if (bytes.length === 0 || bytes.length % 8 !== 0) return undefined;
  const head = { name: "", datatype: "FP64", shape: [bytes.length / 8] } as const;
  return numbersIn(Array.from(tensorOfBytes(head, bytes).values));
}

/** The classes in an output of labels. */
function labelsOf({ data, datatype }: ReceivedOutput, bytes: Buffer): readonly string[] | undefined {
  if (Array.isArray(data)) return classesIn(data);
  if (datatype !== "BYTES" && datatype !== "INT64") return undefined;
  const shape = [datatype === "INT64" ? bytes.length / 8 : countTexts(bytes)];
  return classesIn(Array.from<unknown>(tensorOfBytes({ name: "", datatype, shape }, bytes).values));
}

/** How many texts bytes hold, each after its length. */
function countTexts(bytes: Buffer): number {
  let count = 0;
  for (let at = 0; at + 4 <= bytes.length; at += 4 + bytes.readUInt32LE(at)) count += 1;
  return count;
}

/**
 * The numbers of an inference's answer: probabilities or, of a regression, predictions; or its classes. A client may ask for other
 * outputs alone; then there is nothing.
 */
export function predictionsIn({ headers, body }: ReceivedAnswer): SeenPredictions | undefined {
  const header = headers["inference-header-content-length"];
  const jsonLength = header === undefined ? body.length : Number(header);
  const { outputs } = Object(jsonIn(body.subarray(0, jsonLength))) as { outputs?: unknown };
  if (!Array.isArray(outputs)) return undefined;
  // The bytes of the outputs follow the JSON in their order.
  let at = jsonLength;
  const received = outputs.map((each: unknown) => {
    const output = Object(each) as ReceivedOutput;
    const bytes = body.subarray(at, at + sizeOf(output));
    at += bytes.length;
    return { output, bytes };
  });
  const found = predictionOutputs
    .map((name) => received.find(({ output }) => output.name === name && output.datatype === "FP64"))
    .find((each) => each !== undefined);
  if (found !== undefined) return numbersOf(found.output, found.bytes);
  const labels = received.find(({ output }) => output.name === "prediction");
  return labels === undefined ? [] : labelsOf(labels.output, labels.bytes);
}
