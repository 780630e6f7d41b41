import { copyFile, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { KeepAliveClients } from "../keep-alive-clients";
import { row, writeColourModel, writeCostModel } from "../../model-fixture";
import { slowServer, until, usePrograms } from "../scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();
const body = JSON.stringify({ data: [row] });

function settings(more: Record<string, string> = {}): Record<string, string> {
  return { MLOPS_MODEL_DIRECTORY: folder("model"), ...more };
}

describe("SIGTERM", () => {
  test("ends the process with 0 while clients keep their connections, and none is reset", async () => {
    await writeCostModel(folder("model"));
    const program = start(settings({ WAIT_MS: "5", MLOPS_CONCURRENCY: "8" }), slowServer);
    const port = await program.port();
    const clients = new KeepAliveClients(32, { port, body });
    await until(() => clients.answers > 200);
    program.signal("SIGTERM");
    expect(await program.ended).toBe(0);
    const seen = await clients.end();
    expect(seen.errors).toEqual([]);
    expect(Object.keys(seen.statuses)).toEqual(["200"]);
    // Each client found in the end that nobody listens; that is not a request lost, as no connection was made.
    expect(seen.refused).toBe(32);
  });

  test("first says that it is not ready, for as long as a load balancer needs, and answers meanwhile", async () => {
    await writeCostModel(folder("model"));
    const program = start(settings({ MLOPS_DRAIN_MS: "600" }));
    const url = `http://127.0.0.1:${await program.port()}`;
    program.signal("SIGTERM");
    await until(async () => (await fetch(`${url}/readyz`)).status === 503);
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${url}/score`, { method: "POST", headers, body });
    expect(answer.status).toBe(200);
    expect(answer.headers.get("connection")).toBe("keep-alive");
    expect((await fetch(`${url}/healthz`)).status).toBe(200);
    expect(await program.ended).toBe(0);
  });

  test("cuts off what is not done within the grace time, and says so by exit code 1", async () => {
    await writeCostModel(folder("model"));
    const program = start(settings({ WAIT_MS: "60000", MLOPS_GRACE_MS: "500" }), slowServer);
    const url = `http://127.0.0.1:${await program.port()}`;
    const headers = { "content-type": "application/json" };
    const lost = fetch(`${url}/score`, { method: "POST", headers, body }).catch(() => "cut off");
    await fetch(`${url}/healthz`);
    const begin = performance.now();
    program.signal("SIGTERM");
    expect(await program.ended).toBe(1);
    expect(performance.now() - begin).toBeLessThan(1500);
    expect(await lost).toBe("cut off");
    expect(program.output).toContain("the grace time is over");
  });
});

describe("a model that must not be served ends the process with 1, in one line, before it is ready", () => {
  const manifest = (content: object) => writeFile(folder("package.json"), JSON.stringify(content));

  async function failure(more: Record<string, string> = {}): Promise<string> {
    const program = start(settings(more));
    expect(await program.ended).toBe(1);
    expect(program.output.trim().split("\n")).toHaveLength(1);
    return program.output;
  }

  test("a missing one", async () => {
    expect(await failure()).toMatch(/model does not exist\. MLOPS_MODEL_DIRECTORY is/);
  });

  test("a corrupt one", async () => {
    await writeCostModel(folder("model"));
    await writeFile(folder("model", "model.onnx"), "no model");
    expect(await failure()).toMatch(/model\.onnx is not a model/);
  });

  test("one whose graph is not of its signature", async () => {
    await writeColourModel(folder("other"));
    await writeCostModel(folder("model"));
    await copyFile(folder("other", "model.onnx"), folder("model", "model.onnx"));
    expect(await failure()).toMatch(/model\.onnx is not as its signature says/);
  });

  test("one whose numbers are not those of its golden rows", async () => {
    await writeCostModel(folder("other"), 1);
    await writeCostModel(folder("model"));
    await copyFile(folder("other", "model.onnx"), folder("model", "model.onnx"));
    expect(await failure()).toMatch(
      /model\.onnx predicts 216\.5 for row 1 of golden\.json, which has 215\.5\./,
    );
  });

  test("one of another digest than asked for", async () => {
    await writeCostModel(folder("model"));
    expect(await failure({ MLOPS_MODEL_DIGEST: "0".repeat(64) })).toMatch(
      /not 0+ as MLOPS_MODEL_DIGEST says/,
    );
  });

  test("one that was changed after it was packaged", async () => {
    await writeCostModel(folder("model"));
    await manifest({ model: "cost:1", modelDigest: "1".repeat(64) });
    expect(await failure()).toMatch(/not 1+ as its package says/);
  });

  test("one of another version than its package has", async () => {
    await writeCostModel(folder("model"));
    await manifest({ model: "cost:2" });
    expect(await failure()).toMatch(/is cost:2 by its package, not cost:1 as MLOPS_MODEL says/);
  });
});

test("a client that never ends its headers is cut off, and one that is not HTTP is told so", async () => {
  await writeCostModel(folder("model"));
  // A request, headers and all, has to arrive within the request timeout.
  const program = start(settings({ MLOPS_TIMEOUT_MS: "300" }));
  const port = await program.port();
  const talk = (text: string): Promise<string> =>
    new Promise((resolve) => {
      let answer = "";
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.on("data", (part: Buffer) => (answer += part.toString()));
      socket.on("close", () => resolve(answer));
    });
  const [slow, bad, large] = await Promise.all([
    talk("POST /score HTTP/1.1\r\nhost: a\r\nx-slow: "),
    talk("HELLO\r\n\r\n"),
    talk(`GET / HTTP/1.1\r\nhost: a\r\nx-large: ${"a".repeat(20_000)}\r\n\r\n`),
  ]);
  expect(slow).toMatch(/^HTTP\/1\.1 408 .*application\/problem\+json/s);
  expect(bad).toMatch(/^HTTP\/1\.1 400 .*"code":"REQUEST_INVALID"/s);
  expect(large).toMatch(/^HTTP\/1\.1 431 /);
});

test("one connection more than allowed is closed, and those before it go on", async () => {
  await writeCostModel(folder("model"));
  const program = start(settings({ MLOPS_MAX_CONNECTIONS: "2" }));
  const port = await program.port();
  const open = (localAddress: string) =>
    new Promise<{ closed: Promise<void>; end: () => void }>((resolve) => {
      const socket = connect({ port, host: "127.0.0.1", localAddress }, () => {
        const closed = new Promise<void>((done) => socket.once("close", () => done()));
        resolve({ closed, end: () => socket.destroy() });
      });
      socket.on("error", () => undefined);
    });
  // One address alone has but half of them.
  const first = await open("127.0.0.2");
  const second = await open("127.0.0.3");
  const third = await open("127.0.0.4");
  await third.closed;
  second.end();
  await second.closed;
  await until(async () => {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    return answer?.status === 200;
  });
  first.end();
});
