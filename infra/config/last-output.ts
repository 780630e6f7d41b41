import * as pulumi from "@pulumi/pulumi";

/** An output of the same-named stack in a project, from its last update; undefined if it does not exist. */
export async function lastOutput(project: string, output: string): Promise<unknown> {
  const name = `${pulumi.getOrganization()}/${project}/${pulumi.getStack()}`;
  const stack = new pulumi.StackReference(`last-${output}`, { name });
  const details: { readonly value?: unknown; readonly secretValue?: unknown } =
    await stack.getOutputDetails(output);
  return details.value ?? details.secretValue;
}
