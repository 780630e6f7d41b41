import { repository } from "../../build/repository";
import { openStack, outputsOf, type StackOutputs } from "./pulumi-stack";

/** What the last update of an environment of this clone left: addresses and names in Azure. Secrets among them are shown nowhere. */
export async function readStackOutputs(stack: string, signal: AbortSignal): Promise<StackOutputs> {
  const options = { project: repository, signal };
  return outputsOf(await openStack(stack, repository, options), options);
}
