import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * The least that a JSON service over `node:http` does, as a measure for the scoring service: it reads the body, parses it
 * and answers JSON of the same content. It checks nothing, computes nothing, counts nothing and logs nothing.
 */
const requestId = "6d3a5f1e-2b9c-4d7a-8e21-0c4f9b7a1d53";
const predictions = JSON.parse(process.argv[2] ?? "[]") as readonly number[];

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on("data", (chunk: Buffer) => chunks.push(chunk));
  request.on("end", () => {
    const { data } = JSON.parse(Buffer.concat(chunks).toString()) as { data: readonly unknown[] };
    const result = predictions.slice(0, data.length);
    const body = JSON.stringify({ result, model: "diabetes:1", requestId });
    response.writeHead(200, {
      "content-type": "application/json; charset=utf-8",
      "content-length": Buffer.byteLength(body),
    });
    response.end(body);
  });
});

server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.once("SIGTERM", () => process.exit(0));
