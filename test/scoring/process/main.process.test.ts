import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { costOf, row, writeColourModel, writeCostModel } from "../model-fixture";

const server = path.join(__dirname, "../../../scoring/process/main.ts");
const slowServer = path.join(__dirname, "../../deploy/laptop/fixtures/faulty-scoring.ts");

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), "mlops-scoring-"));
});

afterEach(async () => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
  await rm(folder, { recursive: true, force: true });
});

interface Started {
  readonly child: ChildProcess;
  readonly stderr: () => string;
}

function start(settings: Record<string, string> = {}, program = server): Started {
  const child = spawn(process.execPath, ["--require", "tsx/cjs", program], {
    env: {
      PATH: process.env.PATH,
      MLOPS_MODEL_DIRECTORY: path.join(folder, "model"),
      MLOPS_MODEL: "cost:1",
      MLOPS_ENVIRONMENT: "qa",
      MLOPS_PORT: "0",
      ...settings,
    },
    stdio: ["ignore", "ignore", "pipe", "ipc"],
  });
  children.push(child);
  let stderr = "";
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return { child, stderr: () => stderr };
}

async function urlOf({ child }: Started): Promise<string> {
  const [message] = (await once(child, "message")) as [{ port: number }];
  return `http://127.0.0.1:${message.port}`;
}

function score(url: string, data: unknown): Promise<Response> {
  return fetch(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data }),
  });
}

async function ended({ child }: Started): Promise<number | null> {
  if (child.exitCode === null) await once(child, "close");
  return child.exitCode;
}

test("a real model answers, and SIGTERM ends the process after what is in flight, with the log written", async () => {
  await writeCostModel(path.join(folder, "model"));
  // Version 3 takes 60 ms for every request.
  const settings = { MLOPS_MODEL: "cost:3", MLOPS_PREDICTION_LOG: path.join(folder, "log") };
  const process = start(settings, slowServer);
  const url = await urlOf(process);
  expect((await fetch(`${url}/readyz`)).status).toBe(200);
  const rows = [row, { age: 20, bmi: null, smoker: false, region: null, town: "Elsewhere" }];
  const inFlight = score(url, rows);
  // The answer to a later request shows that the first one has arrived.
  await fetch(`${url}/healthz`);
  process.child.kill("SIGTERM");
  const answer = await inFlight;
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({
    result: rows.map((values) => costOf(values)),
    model: "cost:3",
  });
  expect(await ended(process)).toBe(0);
  expect(process.stderr()).toBe("");
  const files = await readdir(path.join(folder, "log"), { recursive: true });
  const [file = ""] = files.filter((name) => name.endsWith(".jsonl"));
  const lines = (await readFile(path.join(folder, "log", file), "utf8")).trim().split("\n");
  expect(lines.map((line) => (JSON.parse(line) as { inputs: unknown }).inputs)).toEqual([rows]);
});

test("a classification answers with its classes and their probabilities", async () => {
  await writeColourModel(path.join(folder, "model"));
  const url = await urlOf(start({ MLOPS_MODEL: "colour:1" }));
  const answer = (await (await score(url, [[2], [-1]])).json()) as { probabilities: [number, number][] };
  expect(answer).toMatchObject({ result: ["red", "blue"], classes: ["blue", "red"] });
  const expected = [1 / (1 + Math.exp(-2)), 1 / (1 + Math.exp(1))];
  answer.probabilities.forEach(([negative, positive], index) => {
    expect(positive).toBeCloseTo(expected[index] ?? NaN, 12);
    expect(negative + positive).toBeCloseTo(1, 15);
  });
});

test("a process whose parent goes away ends", async () => {
  await writeCostModel(path.join(folder, "model"));
  const process = start();
  await urlOf(process);
  process.child.disconnect();
  const [code] = (await once(process.child, "exit")) as [number | null];
  expect(code).toBe(0);
});

describe("a process that cannot serve says why in one line", () => {
  test("when the model is corrupt", async () => {
    await writeCostModel(path.join(folder, "model"));
    await writeFile(path.join(folder, "model", "model.onnx"), "no model");
    const process = start();
    expect(await ended(process)).toBe(1);
    expect(process.stderr()).toMatch(/^\S+model\.onnx is not a model .*\n$/);
  });

  test("when its port is taken", async () => {
    await writeCostModel(path.join(folder, "model"));
    const blocker = createServer().listen(0, "127.0.0.1");
    await once(blocker, "listening");
    const { port } = blocker.address() as AddressInfo;
    const process = start({ MLOPS_PORT: String(port) });
    expect(await ended(process)).toBe(1);
    expect(process.stderr()).toBe(
      `Port ${port} of 127.0.0.1 is taken. Set MLOPS_PORT to another one, or stop the process that listens there.\n`,
    );
    blocker.close();
  });

  test("when its settings are wrong, all faults at once", async () => {
    const process = start({ MLOPS_PORT: "http", MLOPS_MODEL: "cost" });
    expect(await ended(process)).toBe(2);
    expect(process.stderr()).toMatch(/MLOPS_MODEL is "cost".*\n.*MLOPS_PORT is "http"/);
    expect(process.stderr()).not.toContain("    at ");
  });
});
