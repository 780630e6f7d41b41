/**
 * Sends requests at a constant rate, whatever the answers do (an open loop, as wrk2 does), and prints the percentiles of
 * their latency as JSON. Latency counts from the moment a request was due, so that a stall of the service is counted for
 * all requests that it held up. autocannon's own rate is no substitute: it sends each second's share in one burst.
 *
 * Arguments: port, path, requests per second, seconds, connections; the body comes on standard input.
 */
import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { scorePath } from "../scoring/dialects/score-path";

const [port = 0, rate = 1000, seconds = 5, connections = 8] = process.argv.slice(2, 6).map(Number);
const address = process.argv[6] ?? scorePath;
const body = readFileSync(0);
const message = Buffer.concat([
  Buffer.from(
    `POST ${address} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n`,
  ),
  body,
]);
const total = Math.floor(rate * seconds);
const latencies = new Float64Array(total);
const idle: Socket[] = [];
/** When each connection's request was due. */
const due = new Map<Socket, number>();
let [sent, answered, errors] = [0, 0, 0];
let begin = 0;

/** Whether a text holds an answer's last byte; these answers come in one piece, headers first. */
function isWhole(text: string): boolean {
  const end = text.indexOf("\r\n\r\n");
  const length = /content-length: (\d+)/i.exec(text)?.[1];
  return end >= 0 && length !== undefined && text.length >= end + 4 + Number(length);
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => resolve(socket));
    let text = "";
    socket.on("error", reject);
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      if (!isWhole(text)) return;
      if (!text.startsWith("HTTP/1.1 200")) errors += 1;
      text = "";
      latencies[answered] = performance.now() - (due.get(socket) ?? 0);
      answered += 1;
      idle.push(socket);
      pump();
    });
  });
}

/** Sends what is due, as far as there are free connections; what waits for one is late, and counts as such. */
function pump(): void {
  const now = performance.now();
  for (;;) {
    const at = begin + (sent * 1000) / rate;
    if (sent >= total || at > now) return;
    const socket = idle.pop();
    if (socket === undefined) return;
    due.set(socket, at);
    sent += 1;
    socket.write(message);
  }
}

async function main(): Promise<void> {
  for (let index = 0; index < connections; index++) idle.push(await open());
  begin = performance.now();
  await new Promise<void>((resolve) => {
    // What is due comes a millisecond at a time: a loop that looks at the clock all the time would take a core of its own.
    const turn = (): void => {
      pump();
      if (answered >= total) resolve();
      else setTimeout(turn, 1);
    };
    turn();
  });
  const elapsed = (performance.now() - begin) / 1000;
  latencies.sort();
  const at = (share: number): number => latencies[Math.min(total - 1, Math.floor(share * total))] ?? NaN;
  console.log(
    JSON.stringify({
      perSecond: total / elapsed,
      errors,
      p50: at(0.5),
      p99: at(0.99),
      p999: at(0.999),
      max: at(1),
    }),
  );
  process.exit(0);
}

void main();
