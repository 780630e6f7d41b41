import { repository } from "../../build/repository";
import { PlatformError, reasonOf } from "../../platform/base/errors";
import { findStack, openStack, outputsOf, type StackOutputs } from "./pulumi-stack";

/** The outputs of a stack among those that the machine was given, one without Pulumi. */
function givenOutputs(stack: string, text: string): StackOutputs {
  let given: Readonly<Record<string, StackOutputs | undefined>>;
  try {
    given = Object(JSON.parse(text)) as typeof given;
  } catch (error) {
    throw new PlatformError("SETTINGS_INVALID", `MLOPS_STACK_OUTPUTS is not JSON: ${reasonOf(error)}`);
  }
  const outputs = given[stack];
  if (outputs !== undefined) return outputs;
  throw new PlatformError(
    "NOT_FOUND",
    `MLOPS_STACK_OUTPUTS does not have the stack ${stack}. This machine was given ${Object.keys(given).join(", ") || "none"}, and reads no others.`,
  );
}

/** What the last update of an environment of this clone left: addresses and names in Azure. Secrets among them are shown nowhere. */
export async function readStackOutputs(stack: string, signal: AbortSignal): Promise<StackOutputs> {
  const given = process.env.MLOPS_STACK_OUTPUTS;
  if (given !== undefined) return givenOutputs(stack, given);
  const options = { project: repository, signal };
  return outputsOf(await openStack(stack, repository, options), options);
}

/** The same, or undefined when this clone has no such stack. Of outputs that the machine was given it throws NOT_FOUND: there may be one. */
export async function findStackOutputs(
  stack: string,
  signal: AbortSignal,
): Promise<StackOutputs | undefined> {
  const given = process.env.MLOPS_STACK_OUTPUTS;
  if (given !== undefined) return givenOutputs(stack, given);
  const options = { project: repository, signal };
  const found = await findStack(stack, repository, options);
  return found && outputsOf(found, options);
}
