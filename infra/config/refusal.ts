import * as pulumi from "@pulumi/pulumi";

/** An error that Pulumi shows as it is: the operator can correct what it says. */
export function refusal(message: string): pulumi.RunError {
  const error = new pulumi.RunError(message);
  // Nobody is shown it, yet Pulumi asks for it, and to find the places of the source takes seconds.
  error.stack = message;
  return error;
}
