import type { ReceivedAnswer } from "./dialect";
import { tensorOfBytes } from "./inference-tensor";
import { jsonIn, numbersIn } from "./received-answer";

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

/**
 * The numbers of an inference's answer: probabilities or, of a regression, predictions. A client may ask for other outputs
 * alone; then there are none.
 */
export function predictionsIn({ headers, body }: ReceivedAnswer): readonly number[] | undefined {
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
  return found === undefined ? [] : numbersOf(found.output, found.bytes);
}
