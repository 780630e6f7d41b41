import { repository } from "../../build/repository";
import { ReleaseStack } from "./release-stack";

/** What the last update of a stack of this clone left: addresses and names in Azure. Secrets among it are not shown anywhere. */
export async function readStackOutputs(stack: string, signal: AbortSignal): Promise<Record<string, unknown>> {
  return (await ReleaseStack.open(stack, { project: repository, signal })).outputs();
}
