import { repository } from "../../build/repository";
import { ReleaseStack } from "./release-stack";

/** The outputs of a stack. */
export type StackOutputs = Readonly<Record<string, unknown>>;

/** What the last update of a stack of this clone left: addresses and names in Azure. Secrets among them are shown nowhere. */
export async function readStackOutputs(stack: string, signal: AbortSignal): Promise<StackOutputs> {
  return (await ReleaseStack.open(stack, { project: repository, signal })).outputs();
}
