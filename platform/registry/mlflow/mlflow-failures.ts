import { RemoteError, type Failure } from "../../http/remote-error";

/** Whether a call failed because what it names does not exist. An address without MLflow also answers 404, but without this code. */
export function isMissing(error: unknown): boolean {
  return error instanceof RemoteError && error.errorCode === "RESOURCE_DOES_NOT_EXIST";
}

/** Whether a call failed because what it creates exists already. */
export function isAlreadyThere(error: unknown): boolean {
  return error instanceof RemoteError && error.errorCode === "RESOURCE_ALREADY_EXISTS";
}

/** What is allowed, and what to do, by HTTP status. */
const remedies: Readonly<Record<number, string>> = {
  401: 'Expected a token that the server knows. Run "az login" for an Azure Machine Learning workspace, or set MLFLOW_TRACKING_TOKEN to a token that has not expired.',
  403: 'Expected an identity that may do this. Give it the role "AzureML Data Scientist" on the workspace, or the permission on the MLflow server; for a file, try again, as the address of an upload expires.',
  404: "Expected an MLflow server that has it. Correct the tracking URI.",
};

/** What to do about a failure of an MLflow server. */
export function mlflowRemedy({ status, maybeDone }: Failure): string | undefined {
  if (status === undefined) {
    return maybeDone
      ? "Expected a response of MLflow's REST API. Check the server and what stands in front of it, and try again."
      : "Expected an MLflow server there. Start it, or correct the tracking URI (MLOPS_REGISTRY).";
  }
  if (status >= 500) return "The fault is the server's. Look at its log, or try again later.";
  if (status >= 300 && status < 400)
    return "Redirects are not followed. Set the tracking URI to the final address.";
  return remedies[status];
}
