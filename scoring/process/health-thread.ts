import type { IncomingMessage, ServerResponse } from "node:http";
import { parentPort, workerData } from "node:worker_threads";
import { PlatformError } from "../../platform/base/errors";
import { healthPaths } from "../../platform/http/health-paths";
import { listen } from "../../platform/http/listening";
import { Connections } from "../http/connections";
import { pathOf } from "../http/path-pattern";
import { HealthBoard } from "./health-board";
import type { HealthThreadData, HealthThreadMessage } from "./health-listener";
import { createHttpServer } from "./listener";

/** Connections open at once: those who ask are few. */
const maxConnections = 200;
/** Longest time for a question to arrive, in milliseconds. */
const requestTimeoutMs = 5000;

const { memory, host, port } = workerData as HealthThreadData;
const board = new HealthBoard(memory);

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { "content-type": "application/json; charset=utf-8", connection: "close" });
  response.end(JSON.stringify(body));
}

function answer({ url = "/" }: IncomingMessage, response: ServerResponse): void {
  const { alive, ready } = board.read();
  const path = pathOf(url);
  if (path === healthPaths.alive) send(response, alive ? 200 : 503, { status: alive ? "ok" : "hangs" });
  else if (path === healthPaths.ready)
    send(response, ready ? 200 : 503, { status: ready ? "ready" : "not ready" });
  else send(response, 404, { detail: `Here are ${Object.values(healthPaths).join(" and ")} alone.` });
}

/** Answers whether the process lives and is ready, whatever its main thread is busy with. */
async function main(): Promise<void> {
  const connections = new Connections({ max: maxConnections });
  const server = createHttpServer({ connections, requestTimeoutMs }, answer);
  const tell = (message: HealthThreadMessage): void => parentPort?.postMessage(message);
  try {
    tell({ port: await listen(server, { host, port, setBy: "MLOPS_HEALTH_PORT" }) });
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    tell({ code: error.code, fault: error.message });
  }
}

void main();
