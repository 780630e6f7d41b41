import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import autocannon from "autocannon";
import { repository } from "../build/repository";

const execute = promisify(execFile);

export interface LoadRequest {
  readonly url: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly connections: number;
  readonly seconds: number;
  /** Folder for the generator's own files. */
  readonly folder: string;
}

export interface LoadResult {
  readonly perSecond: number;
  readonly requests: number;
  /** Answers other than 2xx, and connections that failed. */
  readonly errors: number;
}

/** Makes wrk print its figures as JSON, its errors too. */
const report = `
done = function(summary, latency, requests)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.status + e.timeout
  io.write(string.format("RESULT {\\"requests\\": %d, \\"microseconds\\": %d, \\"errors\\": %d}\\n",
    summary.requests, summary.duration, errors))
end
`;

let wrk: boolean | undefined;

/** wrk when it is installed (Debian's package of that name): it takes less of the machine than the service that it asks. */
export async function generatorName(): Promise<"wrk" | "autocannon"> {
  wrk ??= await execute("wrk", ["-v"]).then(
    () => true,
    // It ends with 1 when it tells its version; without a number it could not be started.
    (error: { code?: unknown }) => typeof error.code === "number",
  );
  return wrk ? "wrk" : "autocannon";
}

async function loadByWrk(request: LoadRequest): Promise<LoadResult> {
  const headers = { "content-type": "application/json", ...request.headers };
  const lines = Object.entries(headers).map(([name, value]) => `wrk.headers["${name}"] = "${value}"`);
  const script = path.join(request.folder, "load.lua");
  await writeFile(
    script,
    `wrk.method = "POST"\nwrk.body = [==[${request.body}]==]\n${lines.join("\n")}\n${report}`,
  );
  const args = ["-t1", `-c${request.connections}`, `-d${request.seconds}s`, "-s", script, request.url];
  const { stdout } = await execute("wrk", args);
  const { requests, microseconds, errors } = JSON.parse(/^RESULT (.*)$/m.exec(stdout)?.[1] ?? "") as {
    requests: number;
    microseconds: number;
    errors: number;
  };
  return { perSecond: (requests / microseconds) * 1e6, requests, errors };
}

async function loadByAutocannon(request: LoadRequest): Promise<LoadResult> {
  const { url, body, connections, seconds } = request;
  const headers = { "content-type": "application/json", ...request.headers };
  const result = await autocannon({ url, method: "POST", headers, body, connections, duration: seconds });
  return {
    perSecond: result.requests.total / result.duration,
    requests: result.requests.total,
    errors: result.errors + result.non2xx,
  };
}

/** Asks as fast as answers come, on so many connections for so long. */
export async function load(request: LoadRequest): Promise<LoadResult> {
  return (await generatorName()) === "wrk" ? loadByWrk(request) : loadByAutocannon(request);
}

/** Latency in milliseconds. */
export interface RateResult {
  readonly perSecond: number;
  readonly errors: number;
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

/** Asks at a constant rate (`bench/constant-rate.ts`), in a process of its own. */
export async function loadAtRate(request: {
  readonly port: number;
  readonly body: string;
  readonly rate: number;
  readonly seconds: number;
  readonly connections: number;
}): Promise<RateResult> {
  const { port, rate, seconds, connections, body } = request;
  const program = path.join(repository, "dist", "bench", "constant-rate.js");
  const child = spawn(process.execPath, [program, ...[port, rate, seconds, connections].map(String)], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(body);
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  await once(child, "close");
  return JSON.parse(text) as RateResult;
}
