import { spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";

const loggerFile = path.join(__dirname, "../../../../scoring/telemetry/logger.ts");

/** Runs a program that has `log`, a logger on standard output. */
function run(program: string) {
  const code = `const log = require(${JSON.stringify(loggerFile)}).openLogger("info");\n${program}`;
  return spawn(process.execPath, ["--require", "tsx/cjs", "--eval", code], {
    cwd: path.join(__dirname, "../../../.."),
    stdio: ["ignore", "pipe", "inherit"],
  });
}

async function linesOf(program: string): Promise<{ n?: number; msg?: string; level: number }[]> {
  const child = run(program);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await once(child, "close");
  expect(child.exitCode).toBe(0);
  return output
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as { level: number });
}

describe("the service's own log", () => {
  test("has every line, in order, when the process exits at once", async () => {
    const lines = await linesOf("for (let n = 0; n < 5000; n++) log.info({ n }); process.exit(0);");
    expect(lines.map(({ n }) => n)).toEqual(Array.from({ length: 5000 }, (_, n) => n));
  });

  test("is out when it was flushed", async () => {
    const program =
      'log.info({ n: 1 }); log.flush(() => { log.info({ n: 2 }); process.kill(process.pid, "SIGKILL"); });';
    const child = run(program);
    let output = "";
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await once(child, "close");
    expect(JSON.parse(output)).toMatchObject({ n: 1 });
  });

  test("is written by itself", async () => {
    const child = run("log.info({ n: 1 }); setInterval(() => undefined, 1000);");
    const [chunk] = (await once(child.stdout, "data")) as [Buffer];
    expect(JSON.parse(chunk.toString())).toMatchObject({ n: 1 });
    child.kill("SIGKILL");
    await once(child, "close");
  });

  test("holds nobody up when nobody reads it any more", async () => {
    const child = run(
      'setTimeout(() => { for (let n = 0; n < 1000; n++) log.info({ n, text: "x".repeat(200) }); process.exit(0); }, 300);',
    );
    child.stdout.destroy();
    const [code] = (await once(child, "exit")) as [number];
    expect(code).toBe(0);
  });

  test("leaves lines out when its reader is too slow, and says how many", async () => {
    const child = run(`
      const text = "x".repeat(1000);
      for (let n = 0; n < 20000; n++) log.info({ n, text });
      setTimeout(() => log.flush(() => process.exit(0)), 1000);
    `);
    let output = "";
    await new Promise((resolve) => setTimeout(resolve, 500));
    child.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
    await once(child, "close");
    const said = /"(\d+) lines were dropped: the log is not read fast enough\."/.exec(output);
    const there = output.match(/"n":\d+/g)?.length ?? 0;
    expect(Number(said?.[1])).toBeGreaterThan(1000);
    expect(there + Number(said?.[1])).toBe(20_000);
  });
});
