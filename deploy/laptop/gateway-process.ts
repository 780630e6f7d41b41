import { spawn, type ChildProcess } from "node:child_process";
import { mkdir, open, readFile, stat } from "node:fs/promises";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { PlatformError, errorCodes, reasonOf, type ErrorCode } from "../../platform/base/errors";
import { isHeld } from "../../platform/base/lock";
import { stateOfProcess } from "../../platform/base/process-identity";
import type { AdminStatus } from "./admin-server";
import type { DeploymentFiles, GatewayAddress } from "./deployment-file";
import { inheritedEnvironment, nodeArguments } from "./scoring-process";
import { sendRequest, type Reply } from "./send-request";

const gatewayMain = path.join(__dirname, "main.ts");

/** Longest time from start to ready, in milliseconds: two scoring processes are given 30 s each, side by side. */
const startTimeoutMs = 45_000;
const stopTimeoutMs = 30_000;
/** Longest wait for an answer of the admin API, in milliseconds: starting a release takes the most of it. */
const answerTimeoutMs = 60_000;
const pollMs = 15;

export interface GatewayStart {
  /** MLOPS_HOME. */
  readonly home: string;
  /** Ends with this process; otherwise it runs until it is told to stop. */
  readonly attached: boolean;
  /** Of the public listener; 0 for any free one. */
  readonly port: number;
  /** Of the gateway and its scoring processes. */
  readonly logLevel?: string;
  /** File of the public keys by which what is served must be signed. */
  readonly trustedKeys?: string;
  /** Another program for the scoring processes. */
  readonly scoringEntry?: string;
}

const faultSchema = z.object({
  code: z.enum(Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]).catch("DEPLOYMENT_FAILED"),
  message: z.string(),
});

/** The status that a gateway answers with; its errors are thrown as they were there. */
function readAnswer({ status, body }: Reply): AdminStatus {
  let answer: unknown;
  try {
    answer = JSON.parse(body.toString());
  } catch (cause) {
    throw unreadable(cause);
  }
  // The gateway is this program too; what it sends was checked there.
  if (status === 200) return answer as AdminStatus;
  const fault = faultSchema.safeParse(answer);
  throw fault.success ? new PlatformError(fault.data.code, fault.data.message) : unreadable(fault.error);
}

function unreadable(cause: unknown): PlatformError {
  return new PlatformError(
    "DEPLOYMENT_FAILED",
    "The gateway's response cannot be read. It may come from another version of this program. Run `mlops stop`, and then this command again.",
    { cause },
  );
}

/** Asks a running gateway for its status, after a change if one is asked for. */
export async function askGateway(
  { adminPort, token }: GatewayAddress,
  { method, path: adminPath, body }: { method: "GET" | "POST"; path: string; body?: unknown },
): Promise<AdminStatus> {
  let reply: Reply;
  try {
    reply = await sendRequest({
      host: "127.0.0.1",
      port: adminPort,
      method,
      path: adminPath,
      headers: { authorization: `Bearer ${token}` },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      timeoutMs: answerTimeoutMs,
    });
  } catch (cause) {
    throw new PlatformError(
      "DEPLOYMENT_FAILED",
      `The gateway does not answer: ${reasonOf(cause)}. It may be shutting down. Check \`mlops status\` and try again.`,
      { cause },
    );
  }
  return readAnswer(reply);
}

/** The gateway that runs, if one does: a gateway.json left over by one that was killed does not count. */
export async function findGateway(files: DeploymentFiles): Promise<GatewayAddress | undefined> {
  const address = await files.findGateway();
  if (address === undefined || stateOfProcess(address.process) !== "running") return undefined;
  return address;
}

async function spawnGateway(files: DeploymentFiles, start: GatewayStart): Promise<ChildProcess> {
  await mkdir(files.folder, { recursive: true });
  const log = await open(files.gatewayLog, "a");
  try {
    const child = spawn(
      process.execPath,
      [...nodeArguments(gatewayMain), ...(start.scoringEntry ? [start.scoringEntry] : [])],
      {
        env: {
          ...inheritedEnvironment(),
          MLOPS_HOME: start.home,
          MLOPS_ENVIRONMENT: files.environment,
          MLOPS_MODEL_NAME: files.model,
          MLOPS_PORT: String(start.port),
          ...(start.logLevel !== undefined && { MLOPS_LOG_LEVEL: start.logLevel }),
          ...(start.trustedKeys !== undefined && { MLOPS_TRUSTED_KEYS: start.trustedKeys }),
        },
        stdio: start.attached ? ["ignore", log.fd, log.fd, "ipc"] : ["ignore", log.fd, log.fd],
        // A gateway of its own must outlive the terminal that started it.
        detached: !start.attached,
      },
    );
    // Neither the process nor its channel keeps this process from ending.
    child.unref();
    child.channel?.unref();
    return child;
  } finally {
    await log.close();
  }
}

/** What was written to a log file from an offset on that is not a line of JSON: what a process said as it failed. */
async function plainLines(file: string, offset: number): Promise<string> {
  const text = (await readFile(file)).subarray(offset).toString();
  return text
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("{"))
    .join("\n");
}

/** Starts a gateway and waits until it is ready; when another process starts one at the same time, that one is used. */
export async function startGateway(files: DeploymentFiles, start: GatewayStart): Promise<GatewayAddress> {
  const offset = await stat(files.gatewayLog).then(
    ({ size }) => size,
    () => 0,
  );
  const child = await spawnGateway(files, start);
  const deadline = Date.now() + startTimeoutMs;
  while (Date.now() < deadline) {
    const ended = child.exitCode !== null || child.signalCode !== null;
    const address = await findGateway(files);
    if (address !== undefined) return address;
    // A lock that is held when this gateway has given up belongs to another one that is just starting.
    if (ended && !(await isHeld(files.lock))) {
      throw new PlatformError(
        "DEPLOYMENT_FAILED",
        `The gateway of ${files.model} in ${files.environment} did not start. ${await plainLines(files.gatewayLog, offset)}`,
      );
    }
    await sleep(pollMs);
  }
  child.kill("SIGKILL");
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `The gateway of ${files.model} in ${files.environment} was not ready within ${startTimeoutMs} ms. Its log is ${files.gatewayLog}. ${await plainLines(files.gatewayLog, offset)}`.trim(),
  );
}

/** Tells a gateway to stop and waits until its process has ended. */
export async function stopGateway(address: GatewayAddress): Promise<void> {
  await askGateway(address, { method: "POST", path: "/stop" });
  const deadline = Date.now() + stopTimeoutMs;
  while (stateOfProcess(address.process) === "running") {
    if (Date.now() > deadline) {
      throw new PlatformError(
        "DEPLOYMENT_FAILED",
        `The gateway (process ${address.process.pid}) did not end within ${stopTimeoutMs} ms. Kill that process.`,
      );
    }
    await sleep(pollMs);
  }
}
