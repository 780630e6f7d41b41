import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { closeGracefully, listen } from "../../../../platform/http/listening";
import { useTemporaryFolder } from "../../../platform/base/temporary-folder";
import { row, writeCostModel } from "../../model-fixture";
import { slowServer, until, usePrograms, type ScoringProgram } from "../scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();

async function open(
  settings: Record<string, string>,
  program?: string,
): Promise<{ program: ScoringProgram; url: string; health: (path: string) => Promise<number> }> {
  await writeCostModel(folder("model"));
  const running = start(
    { MLOPS_MODEL_DIRECTORY: folder("model"), MLOPS_HEALTH_PORT: "0", ...settings },
    program,
  );
  const { port, healthPort } = await running.message();
  const health = async (path: string): Promise<number> =>
    (await fetch(`http://127.0.0.1:${healthPort as number}${path}`)).status;
  return { program: running, url: `http://127.0.0.1:${port as number}`, health };
}

const score = (url: string): Promise<number> =>
  fetch(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ data: [row] }),
  }).then(({ status }) => status);

test("health is answered at once while the service is busy, and nothing else is there", async () => {
  const { url, health } = await open({ BLOCK_MS: "3000" }, slowServer);
  const scored = score(url);
  let answered = false;
  void scored.then(() => (answered = true));
  const slowest: number[] = [];
  while (!answered) {
    const begin = performance.now();
    expect([await health("/healthz"), await health("/readyz")]).toEqual([200, 200]);
    slowest.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect(await scored).toBe(200);
  expect(slowest.length).toBeGreaterThan(5);
  expect(Math.max(...slowest)).toBeLessThan(2000);
  expect(await health("/score")).toBe(404);
});

test("a service whose event loop hangs is not ready, and is again when it turns", async () => {
  const { url, health } = await open({ BLOCK_MS: "8000" }, slowServer);
  const scored = score(url);
  await until(async () => (await health("/readyz")) === 503);
  expect(await health("/healthz")).toBe(200);
  await until(async () => (await health("/readyz")) === 200);
  expect(await scored).toBe(200);
});

test("one that is to end is alive and not ready", async () => {
  const { program, health } = await open({ MLOPS_DRAIN_MS: "1000" });
  program.signal("SIGTERM");
  await until(async () => (await health("/readyz")) === 503);
  expect(await health("/healthz")).toBe(200);
  expect(await program.ended).toBe(0);
});

test("several workers are ready while each of them gives signs of life", async () => {
  const { program, health } = await open({ MLOPS_WORKERS: "2" });
  // Those of both workers, and that of the primary.
  await until(() => program.output.match(/"msg":"ready"/g)?.length === 3);
  await until(async () => (await health("/readyz")) === 200);
  const { pid } = program.child;
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, "utf8");
  const worker = Number(children.trim().split(" ")[0]);
  process.kill(worker, "SIGSTOP");
  await until(async () => (await health("/readyz")) === 503, 15_000);
  expect(await health("/healthz")).toBe(200);
  process.kill(worker, "SIGCONT");
  await until(async () => (await health("/readyz")) === 200);
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
});

test("a port that is taken ends the process before it serves, and is named", async () => {
  const other = createServer();
  const port = await listen(other, { host: "127.0.0.1", port: 0 });
  await writeCostModel(folder("model"));
  const program = start({ MLOPS_MODEL_DIRECTORY: folder("model"), MLOPS_HEALTH_PORT: String(port) });
  expect(await program.ended).toBe(1);
  expect(program.output).toContain(
    `Port ${port} of 127.0.0.1 is taken. Set MLOPS_HEALTH_PORT to another one`,
  );
  await closeGracefully(other);
});
