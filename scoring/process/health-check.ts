import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { healthPaths } from "../../platform/http/health-paths";

/** Longest wait for the answer, in milliseconds. */
const timeoutMs = 4_000;

/** The address that the process beside this one listens on, as its own settings say. */
function readyUrl({ MLOPS_HOST, MLOPS_PORT, MLOPS_HEALTH_PORT, ...env }: NodeJS.ProcessEnv): URL {
  const any = MLOPS_HOST === undefined || MLOPS_HOST === "0.0.0.0" || MLOPS_HOST === "::";
  const host = any ? "127.0.0.1" : MLOPS_HOST.includes(":") ? `[${MLOPS_HOST}]` : MLOPS_HOST;
  if (MLOPS_HEALTH_PORT !== undefined)
    return new URL(`http://${host}:${MLOPS_HEALTH_PORT}${healthPaths.ready}`);
  const scheme = (env.MLOPS_TLS_CERT ?? env.MLOPS_TLS_KEY_VAULT) === undefined ? "http" : "https";
  return new URL(`${scheme}://${host}:${MLOPS_PORT ?? "8080"}${healthPaths.ready}`);
}

function end(code: 0 | 1, message: string): void {
  process.stdout.write(`${message}\n`);
  process.exitCode = code;
}

/** What the image's HEALTHCHECK runs: exit code 0 when the service is ready, 1 when not. */
function main(): void {
  const url = readyUrl(process.env);
  // The certificate is for the name that clients use; this asks the same machine by its number.
  const options = { timeout: timeoutMs, rejectUnauthorized: false };
  const request = (url.protocol === "https:" ? requestHttps : requestHttp)(url, options, (response) => {
    response.resume();
    end(response.statusCode === 200 ? 0 : 1, `${url.pathname} answered ${response.statusCode}`);
  });
  request.once("timeout", () => request.destroy(new Error(`no answer in ${timeoutMs} ms`)));
  request.once("error", (error) => end(1, `${url.href}: ${error.message}`));
  request.end();
}

main();
