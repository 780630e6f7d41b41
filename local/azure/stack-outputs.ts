import { ReleaseStack, type StackOptions } from "./release-stack";

/** What the last update of a stack left: addresses and names in Azure. Secrets among it are not shown anywhere. */
export async function readStackOutputs(
  stack: string,
  options: StackOptions,
): Promise<Record<string, unknown>> {
  return (await ReleaseStack.open(stack, options)).outputs();
}
