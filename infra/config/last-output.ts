import * as pulumi from "@pulumi/pulumi";

/** An output of the stack of this name in a project, as its last update left it; undefined when there is none. */
export async function lastOutput(project: string, output: string): Promise<unknown> {
  const name = `${pulumi.getOrganization()}/${project}/${pulumi.getStack()}`;
  const stack = new pulumi.StackReference(`last-${output}`, { name });
  const details: { readonly value?: unknown; readonly secretValue?: unknown } =
    await stack.getOutputDetails(output);
  return details.value ?? details.secretValue;
}
