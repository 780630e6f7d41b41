import { readFile } from "node:fs/promises";
import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { row, writeCostModel } from "../../model-fixture";
import { slowServer, until, usePrograms, type ScoringProgram } from "../../process/scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();
const body = JSON.stringify({ data: [row] });
const headers = { "content-type": "application/json" };

interface Answered {
  readonly status: number;
  readonly ms: number;
}

function ask(agent: Agent, port: number): Promise<Answered> {
  const begin = performance.now();
  return new Promise((resolve, reject) => {
    const call = request(
      { agent, host: "127.0.0.1", port, path: "/score", method: "POST", headers },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve({ status: answer.statusCode ?? 0, ms: performance.now() - begin }));
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

/** Sends requests at a steady rate, whether or not those before are answered, as many clients do. */
async function load(port: number, rate: number, seconds: number): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true });
  const asked: Promise<Answered>[] = [];
  const begin = performance.now();
  while (asked.length < rate * seconds) {
    const due = Math.min(rate * seconds, ((performance.now() - begin) / 1000) * rate);
    while (asked.length < due) asked.push(ask(agent, port));
    await sleep(5);
  }
  const answers = await Promise.all(asked);
  agent.destroy();
  return answers;
}

/** Sends one request after the other: never more than the service can do, however slow the machine is. */
async function inTurn(port: number, count: number): Promise<Answered[]> {
  const agent = new Agent({ keepAlive: true });
  const answers: Answered[] = [];
  while (answers.length < count) answers.push(await ask(agent, port));
  agent.destroy();
  return answers;
}

function percentile(answers: readonly Answered[], status: number, share: number): number {
  const times = answers.filter((answer) => answer.status === status).map(({ ms }) => ms);
  times.sort((a, b) => a - b);
  return times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? NaN;
}

async function residentMiB({ child }: ScoringProgram): Promise<number> {
  const status = await readFile(`/proc/${child.pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
}

test("at ten times capacity the accepted keep their latency, the rest are refused fast, and it recovers by itself", async () => {
  await writeCostModel(folder("model"));
  // Two places of 40 ms each: 50 requests per second. Four more may wait.
  const settings = {
    MLOPS_MODEL_DIRECTORY: folder("model"),
    MLOPS_CONCURRENCY: "2",
    MLOPS_MAX_WAITING: "4",
    MLOPS_QUEUE_TIMEOUT_MS: "1000",
    WAIT_MS: "40",
  };
  const program = start(settings, slowServer);
  const port = await program.port();
  const calm = await inTurn(port, 20);
  const calmMs = percentile(calm, 200, 0.5);
  const warmUp = await load(port, 500, 2);
  const before = await residentMiB(program);
  const answers = await load(port, 500, 4);
  const after = await residentMiB(program);
  const accepted = answers.filter(({ status }) => status === 200).length;
  expect(new Set([...warmUp, ...answers].map(({ status }) => status))).toEqual(new Set([200, 503]));
  // It goes on at its capacity, less what this machine has to do besides; everything is measured on the same machine.
  const capacity = (2 / calmMs) * 4000;
  expect(accepted).toBeGreaterThan(0.5 * capacity);
  expect(answers.length - accepted).toBeGreaterThan(answers.length / 2);
  // An accepted one waits for two others at most, and then takes its own time.
  expect(percentile(answers, 200, 0.5)).toBeLessThan(4 * calmMs);
  // A refused one waits for none: not even for as long as an answer takes.
  expect(percentile(answers, 503, 0.5)).toBeLessThan(calmMs);
  expect(after - before).toBeLessThan(30);
  const later = await inTurn(port, 20);
  expect(later.every(({ status }) => status === 200)).toBe(true);
  expect(percentile(later, 200, 0.5)).toBeLessThan(2 * calmMs);
});

test("while the event loop lags requests are refused, but not those that ask whether it lives", async () => {
  await writeCostModel(folder("model"));
  const settings = {
    MLOPS_MODEL_DIRECTORY: folder("model"),
    MLOPS_MAX_LAG_MS: "100",
    MLOPS_CONCURRENCY: "1",
    BLOCK_MS: "300",
  };
  const program = start(settings, slowServer);
  const url = `http://127.0.0.1:${await program.port()}`;
  const score = () => fetch(`${url}/score`, { method: "POST", headers, body });
  const first = score();
  const refused: Response[] = [];
  const statuses: number[] = [];
  // Blocks follow one another: whoever comes after one is refused until a turn of the loop is short again.
  await until(async () => {
    const [answer, health] = await Promise.all([score(), fetch(`${url}/healthz`)]);
    statuses.push(health.status);
    if (answer.status === 503) refused.push(answer);
    return refused.length > 0;
  });
  expect((await first).status).toBe(200);
  expect(new Set(statuses)).toEqual(new Set([200]));
  const [answer] = refused;
  expect(answer?.headers.get("retry-after")).toBe("1");
  expect(await answer?.json()).toMatchObject({
    code: "BUSY",
    detail: "The service is overloaded. Try again in a second.",
  });
  // Nobody has to do anything for it to answer again.
  await until(async () => (await score()).status === 200);
});
