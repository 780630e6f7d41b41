import { mkdir, readFile, rename, symlink, writeFile } from "node:fs/promises";
import { useTemporaryFolder } from "../../platform/base/temporary-folder";
import { KeepAliveClients } from "./keep-alive-clients";
import { row, writeCostModel } from "../model-fixture";
import { until, usePrograms, type ScoringProgram } from "./scoring-program";

const start = usePrograms();
const folder = useTemporaryFolder();
const body = JSON.stringify({ data: [row] });

async function workersOf({ child }: ScoringProgram): Promise<number[]> {
  const text = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
  return text.trim().split(" ").filter(Boolean).map(Number);
}

function startTwo(more: Record<string, string> = {}): ScoringProgram {
  return start({ MLOPS_MODEL_DIRECTORY: folder("model"), MLOPS_WORKERS: "2", ...more });
}

/** Lines of the log that say a process is ready: each worker's, and in the end the primary's. */
function readyLines({ output }: ScoringProgram): number {
  return (output.match(/"msg":"ready"/g) ?? []).length;
}

test("two workers share a port; one that dies is started again; SIGTERM ends all with 0", async () => {
  await writeCostModel(folder("model"));
  const program = startTwo();
  const port = await program.port();
  await until(() => readyLines(program) === 3);
  const before = await workersOf(program);
  expect(before).toHaveLength(2);
  const [victim = 0, other = 0] = before;
  process.kill(victim, "SIGKILL");
  await until(async () => {
    const now = await workersOf(program);
    return now.length === 2 && !now.includes(victim) && readyLines(program) === 4;
  });
  expect(await workersOf(program)).toContain(other);
  await until(() => program.output.includes("a worker ended; another is started"));
  const clients = new KeepAliveClients(8, { port, body });
  await until(() => clients.answers > 100);
  program.signal("SIGTERM");
  expect(await program.ended).toBe(0);
  const seen = await clients.end();
  expect(seen.errors).toEqual([]);
  expect(Object.keys(seen.statuses)).toEqual(["200"]);
});

test("what is wrong is said once, and the exit code is that of the worker", async () => {
  const missing = startTwo();
  expect(await missing.ended).toBe(1);
  expect(missing.output.match(/does not exist/g)).toHaveLength(1);
  const wrong = startTwo({ MLOPS_PORT: "http" });
  expect(await wrong.ended).toBe(2);
  expect(wrong.output.match(/MLOPS_PORT is "http"/g)).toHaveLength(1);
});

test("workers end when their primary is killed", async () => {
  await writeCostModel(folder("model"));
  const program = startTwo();
  await program.port();
  await until(() => readyLines(program) === 3);
  const workers = await workersOf(program);
  program.child.kill("SIGKILL");
  await program.ended;
  const alive = (pid: number): boolean => {
    try {
      process.kill(pid, 0);
      return true;
    } catch {
      // There is no such process any more.
      return false;
    }
  };
  await until(() => !workers.some(alive));
});

test("SIGHUP gives every worker the new version, and one that is started later too", async () => {
  for (const version of [1, 2]) {
    await mkdir(folder(`package-${version}`));
    await writeFile(
      folder(`package-${version}`, "package.json"),
      JSON.stringify({ model: `cost:${version}` }),
    );
    await writeCostModel(folder(`package-${version}`, "model"), version);
    await symlink(folder(`package-${version}`, "model"), folder(`link-${version}`));
  }
  await rename(folder("link-1"), folder("model"));
  const program = startTwo();
  const port = await program.port();
  await until(() => readyLines(program) === 3);
  await rename(folder("link-2"), folder("model"));
  const reloaded = program.message();
  program.signal("SIGHUP");
  expect(await reloaded).toEqual({ reloaded: "cost:2" });
  await until(() => program.output.match(/"msg":"reloaded"/g)?.length === 2);
  const [victim = 0] = await workersOf(program);
  process.kill(victim, "SIGKILL");
  await until(() => readyLines(program) === 4);
  const clients = new KeepAliveClients(8, { port, body });
  await until(() => clients.answers > 50);
  expect((await clients.end()).models).toEqual(["cost:2"]);
});
