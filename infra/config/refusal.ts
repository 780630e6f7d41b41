import * as pulumi from "@pulumi/pulumi";

/** An error that Pulumi prints without a stack trace, because the operator can correct the cause. */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  // Pulumi reads the stack trace without printing it, and mapping it to source positions takes seconds.
  error.stack = message;
  return error;
}
