import { spawn } from "node:child_process";
import { once } from "node:events";
import { repository, until, Workplace } from "./mlops";

const place = new Workplace();
afterAll(() => place.remove());

beforeAll(async () => {
  expect((await place.run(["lifecycle", "--yes"])).code).toBe(0);
});

const urlIn = (text: string): string => /serves at (http:\S+)\./.exec(text)?.[1] ?? "";

const gatewayPid = async (): Promise<number> =>
  (await place.readJson<{ process: { pid: number } }>("environments", "prod", "diabetes", "gateway.json"))
    .process.pid;

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );

test("a gateway that is killed is started again by the command that serves, at the same address", async () => {
  const serving = place.start(["serve"]);
  await serving.printed("Ctrl-C stops it.");
  const url = urlIn(serving.output());
  expect(await answers(url)).toBe(true);
  process.kill(await gatewayPid(), "SIGKILL");
  await serving.printed("The gateway has gone without having been stopped. It is started again.");
  await serving.printed(`diabetes:1 serves at ${url} again.`);
  expect(await answers(url)).toBe(true);
  // Another command may end it: then this one ends, too.
  await place.run(["stop"]);
  expect(await serving.ended).toMatchObject({ code: 0, stderr: "" });
  expect(serving.output()).toContain("diabetes was stopped by another command.");
  expect(await place.processes()).toEqual([]);
});

const serve = ["run", "mlops", "--", "serve"];
const keepServing = ["start", "--", "--yes", "--keep-serving"];

test.each([
  // The shell between them passes no signal on.
  [serve, "SIGTERM"],
  [keepServing, "SIGTERM"],
  // npm can pass nothing on, and the shell goes on waiting.
  [serve, "SIGKILL"],
] as const)("what `npm %j` started ends when npm is ended by %s", async (args, signal) => {
  const npm = spawn("npm", args, {
    cwd: repository,
    env: { ...process.env, MLOPS_HOME: place.path() },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  npm.stdout.on("data", (chunk: Buffer) => (output += chunk.toString()));
  await until(() => Promise.resolve(output.includes("Ctrl-C stops it.")), 60_000);
  const url = urlIn(output);
  expect(await answers(url)).toBe(true);
  npm.kill(signal);
  await once(npm, "exit");
  await until(async () => (await place.processes()).length === 0);
  expect(await answers(url)).toBe(false);
});
