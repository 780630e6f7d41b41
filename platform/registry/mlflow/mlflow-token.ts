import { identityTokens } from "../../azure/credentials";
import { PlatformError } from "../../base/errors";
import type { TokenSource } from "../../http/send-request";
import type { MlflowAddress } from "../../settings/mlflow-address";
import { isServerOfJob } from "../../settings/mlflow-address";
import { RunToken } from "./mlflow-run-token";

/** Tokens of MLFLOW_TRACKING_TOKEN: renewed where a job of Azure Machine Learning says of which run it is. */
function givenTokens(given: string, address: MlflowAddress, env: NodeJS.ProcessEnv): TokenSource {
  const { MLFLOW_RUN_ID: run, MLFLOW_EXPERIMENT_ID: experiment } = env;
  if (address.workspace === undefined || !run || !experiment) return () => Promise.resolve(given);
  const ids = [experiment, run].map(encodeURIComponent);
  const url = `${address.origin}/history/v1.0${address.workspace}/experimentids/${ids[0]}/runs/${ids[1]}/token`;
  const token = new RunToken(given, url);
  return (refused) => token.get(refused);
}

/**
 * The tokens for a server: MLFLOW_TRACKING_TOKEN as MLflow's own client has it, if that is for this server, else for an Azure Machine Learning
 * workspace those of the process's identity, else none.
 */
export function tokensFor(address: MlflowAddress, env: NodeJS.ProcessEnv): TokenSource | undefined {
  const given = env.MLFLOW_TRACKING_TOKEN;
  if (given !== undefined && given !== "" && isServerOfJob(address, env)) {
    return givenTokens(given, address, env);
  }
  if (address.workspace === undefined) return undefined;
  if (!new URL(address.origin).hostname.endsWith(".api.azureml.ms")) {
    // Such a token opens the whole subscription.
    throw new PlatformError(
      "SETTINGS_INVALID",
      `${address.origin} is not a host of Azure Machine Learning, so it gets no token of this identity. Expected <region>.api.azureml.ms. Correct the tracking URI, or set MLFLOW_TRACKING_TOKEN.`,
    );
  }
  const tokens = identityTokens({
    code: "MLFLOW_FAILED",
    message:
      'No Azure identity was found for the workspace. Expected a user who is signed in, or a managed or workload identity. Run "az login", or set MLFLOW_TRACKING_TOKEN.',
  });
  return () => tokens("management");
}
