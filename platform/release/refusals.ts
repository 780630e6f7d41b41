import { readModelMetadata } from "../model/model-directory";
import type { Signature } from "../model/signature";
import { isExplainable } from "../onnx/explainable";
import { breakingChanges, describeBreaking } from "../gate/breaking-changes";

/** What clients of the model in a directory rely on. */
async function facts(directory: string): Promise<Signature & { readonly explains: boolean }> {
  const { signature } = await readModelMetadata(directory);
  return { ...signature, explains: await isExplainable(directory, signature) };
}

/** Which requests the model in a directory refuses or misreads that another, which serves, answers: a sentence, or undefined when none. */
export async function describeRefusals(
  served: { readonly model: string; readonly directory: string },
  directory: string,
): Promise<string | undefined> {
  const changes = breakingChanges(await facts(served.directory), await facts(directory));
  if (changes.length === 0) return undefined;
  return `Requests are refused or misread that ${served.model} answers: ${describeBreaking(changes)}.`;
}
