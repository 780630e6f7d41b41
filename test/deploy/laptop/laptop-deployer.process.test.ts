import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import path from "node:path";
import { fileExists } from "../../../platform/base/files";
import type { DeploymentStatus, PackagedRelease } from "../../../platform/release/deployment";
import { costOf, row, writeCostModel } from "../../scoring/model-fixture";
import { faultyScoring, processesOf, score, startLoad, TestEnvironment, until } from "./environment-fixture";

const full = { weight: 100, shadow: 0 };

let environment: TestEnvironment;

beforeEach(async () => {
  environment = await TestEnvironment.create();
});

afterEach(async () => {
  await environment.remove();
  // What was told to stop has ended; nothing else may be left.
  await until(async () => (await processesOf(environment.workspace.home)).length === 0);
});

function urlOf({ url }: DeploymentStatus): string {
  if (url === undefined) throw new Error("nothing is serving");
  return url;
}

test("a release goes from canary to stable and back with no failed request under load", async () => {
  const deployer = environment.deployer();
  const first = await deployer.deploy("prod", environment.release(1), full);
  const url = urlOf(first);
  expect(first.stable).toBeUndefined();
  expect(await score(url)).toMatchObject({ status: 200, track: "canary", model: "cost:1" });
  await deployer.promote("prod", "cost");

  const load = startLoad(url);
  const canary = await deployer.deploy("prod", environment.release(2), { weight: 20, shadow: 0 });
  expect(canary).toMatchObject({ stable: { model: "cost:1" }, canary: { model: "cost:2", weight: 20 } });
  await until(async () => ((await deployer.status("prod", "cost")).samples.canary?.requests ?? 0) >= 5);
  const half = await deployer.weight("prod", "cost", { weight: 50, shadow: 0 });
  expect(half.samples.canary?.requests).toBeLessThan(5);
  const promoted = await deployer.promote("prod", "cost");
  expect(promoted).toMatchObject({ stable: { model: "cost:2" }, previous: { model: "cost:1" } });
  expect(promoted.canary).toBeUndefined();
  await deployer.deploy("prod", environment.release(3), { weight: 30, shadow: 0 });
  await deployer.deploy("prod", environment.release(4), { weight: 30, shadow: 0 });
  const withoutCanary = await deployer.rollback("prod", "cost");
  expect(withoutCanary).toMatchObject({ stable: { model: "cost:2" } });
  expect(withoutCanary.canary).toBeUndefined();
  const back = await deployer.rollback("prod", "cost");
  expect(back).toMatchObject({ stable: { model: "cost:1" } });
  expect(back.previous).toBeUndefined();
  const answers = await load.stop();

  expect(answers.filter(({ status }) => status !== 200)).toEqual([]);
  expect(answers.length).toBeGreaterThan(100);
  for (const { model, body } of answers) {
    expect(body.result).toEqual([costOf(row, Number(model?.split(":")[1]))]);
  }
  expect(await score(url)).toMatchObject({ model: "cost:1", track: "stable" });
  expect(back.history.map(({ action, model, detail }) => [action, model, detail])).toEqual([
    ["deploy", "cost:1", "weight 100 %"],
    ["promote", "cost:1", undefined],
    ["deploy", "cost:2", "weight 20 %"],
    ["weight", "cost:2", "weight 50 %"],
    ["promote", "cost:2", "was cost:1"],
    ["deploy", "cost:3", "weight 30 %"],
    ["deploy", "cost:4", "weight 30 %"],
    ["rollback", "cost:4", "canary removed"],
    ["rollback", "cost:1", "was cost:2"],
  ]);
});

test("every dialect of the service passes the gateway, with query, headers and refusals as they are", async () => {
  const deployer = environment.deployer();
  await deployer.deploy("prod", environment.release(1), full);
  const url = urlOf(await deployer.promote("prod", "cost"));
  const ask = (path: string, init?: RequestInit): Promise<Response> => fetch(`${url}${path}`, init);
  const post = (path: string, body: unknown): Promise<Response> =>
    ask(path, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });

  const ready = await ask("/v2/health/ready");
  expect([ready.status, ready.headers.get("x-mlops-model")]).toEqual([200, "cost:1"]);
  const invoked = await post("/invocations", { dataframe_records: [row] });
  expect([invoked.status, await invoked.json()]).toMatchObject([
    200,
    { predictions: [{ prediction: costOf(row, 1) }] },
  ]);
  const unknown = await post("/score?unknown=1", { data: [row] });
  expect([unknown.status, await unknown.text()]).toMatchObject([400, expect.stringContaining("unknown")]);
  const refused = await ask("/score");
  expect([refused.status, refused.headers.get("allow")]).toEqual([405, "OPTIONS, POST"]);
  expect((await ask("/nothing")).status).toBe(404);
  // A refusal is the client's fault, and questions that are not for predictions are no part of a sample.
  expect((await deployer.status("prod", "cost")).samples.stable).toMatchObject({ requests: 2, failures: 0 });
});

test("a release that does not start changes nothing, and the error says why", async () => {
  const deployer = environment.deployer({ scoringEntry: faultyScoring });
  await expect(deployer.deploy("prod", environment.release(6), full)).rejects.toMatchObject({
    code: "DEPLOYMENT_FAILED",
    message: expect.stringMatching(
      /^cost:6 did not start in prod; what is deployed stays as it is\. The process ended with exit code 1\. cost:6 cannot score its own example: it does not like its example/,
    ),
  });
  expect(await deployer.status("prod", "cost")).toEqual({
    environment: "prod",
    model: "cost",
    history: [],
    samples: {},
  });
});

test("a scoring process that is killed is started again, and requests wait for it", async () => {
  const deployer = environment.deployer();
  await deployer.deploy("prod", environment.release(1), full);
  const url = urlOf(await deployer.promote("prod", "cost"));
  const gateway = (await environment.gateway("prod")).process.pid;
  const [scoring] = (await processesOf(environment.workspace.home)).filter((pid) => pid !== gateway);
  process.kill(scoring ?? NaN, "SIGKILL");
  expect(await score(url)).toMatchObject({ status: 200, model: "cost:1" });
});

describe("what is deployed", () => {
  test("is known, and can be served again, after the gateway was stopped", async () => {
    const deployer = environment.deployer();
    await deployer.deploy("qa", environment.release(1), full);
    await deployer.promote("qa", "cost");
    await deployer.deploy("qa", environment.release(2), { weight: 30, shadow: 5 });
    await deployer.stop("qa", "cost");
    expect(await processesOf(environment.workspace.home)).toEqual([]);
    const stopped = await deployer.status("qa", "cost");
    expect(stopped).toMatchObject({
      stable: { model: "cost:1" },
      canary: { model: "cost:2", weight: 30, shadow: 5 },
    });
    expect(stopped.url).toBeUndefined();

    const resumed = await environment.deployer().resume("qa", "cost");
    expect(resumed).toMatchObject({
      stable: { model: "cost:1" },
      canary: { model: "cost:2", weight: 30, shadow: 5 },
    });
    expect(await score(urlOf(resumed), { "x-mlops-track": "stable" })).toMatchObject({ model: "cost:1" });
    expect(await score(urlOf(resumed), { "x-mlops-track": "canary" })).toMatchObject({ model: "cost:2" });
  });

  test("is served again after the gateway was killed, which leaves no process behind", async () => {
    const deployer = environment.deployer({ attached: false });
    await deployer.deploy("qa", environment.release(1), full);
    expect(await processesOf(environment.workspace.home)).toHaveLength(2);
    process.kill((await environment.gateway("qa")).process.pid, "SIGKILL");
    await until(async () => (await processesOf(environment.workspace.home)).length === 0);
    expect((await deployer.status("qa", "cost")).url).toBeUndefined();
    const promoted = await deployer.promote("qa", "cost");
    expect(await score(urlOf(promoted))).toMatchObject({ track: "stable", model: "cost:1" });
  });

  test("cannot be resumed when its package is gone, and the error says so", async () => {
    const deployer = environment.deployer();
    await deployer.deploy("qa", environment.release(1), full);
    await deployer.stop("qa", "cost");
    await rm(environment.release(1).package, { recursive: true });
    await expect(deployer.resume("qa", "cost")).rejects.toThrow(
      /^The package of cost:1 is gone from .*cost-1\. Run `mlops package cost:1`: it starts by itself once the folder is there\. /,
    );
    expect(await processesOf(environment.workspace.home)).toEqual([]);
  });

  test("is made again where its package is gone, by whoever can make it", async () => {
    const first = environment.release(1);
    const restored: string[] = [];
    const restore = async ({ model, package: folder }: PackagedRelease): Promise<void> => {
      restored.push(model);
      if (await fileExists(folder)) return;
      await writeCostModel(path.join(folder, "model"), 1);
      await writeFile(path.join(folder, "package.json"), JSON.stringify({ model }));
    };
    const deployer = environment.deployer({ restore });
    await deployer.deploy("qa", first, full);
    await deployer.stop("qa", "cost");
    await rm(first.package, { recursive: true });
    expect(await score(urlOf(await deployer.resume("qa", "cost")))).toMatchObject({ model: "cost:1" });
    expect(new Set(restored)).toEqual(new Set(["cost:1"]));
  });

  test("that another home recorded by absolute paths serves from this one", async () => {
    const deployer = environment.deployer();
    await deployer.deploy("qa", environment.release(1), full);
    await deployer.stop("qa", "cost");
    const file = path.join(environment.folder("qa"), "deployment.json");
    const stored = await readFile(file, "utf8");
    expect(stored).toContain('"package": "packages/cost-1"');
    await writeFile(file, stored.replace('"packages/', '"/home/somebody/project/.mlops/packages/'));
    expect(await score(urlOf(await deployer.resume("qa", "cost")))).toMatchObject({ model: "cost:1" });
  });

  test.each(["weight", "promote", "rollback", "resume"] as const)(
    "%s without anything is refused",
    async (verb) => {
      const deployer = environment.deployer();
      const done = verb === "weight" ? deployer.weight("qa", "cost", full) : deployer[verb]("qa", "cost");
      await expect(done).rejects.toMatchObject({
        code: "CONFLICT",
        message: "Nothing of cost is deployed in qa. Deploy a version first.",
      });
      expect(await processesOf(environment.workspace.home)).toEqual([]);
    },
  );

  test("that is in a corrupt file is not guessed at", async () => {
    const deployer = environment.deployer();
    await deployer.deploy("qa", environment.release(1), full);
    await deployer.stop("qa", "cost");
    const file = path.join(environment.folder("qa"), "deployment.json");
    await writeFile(file, '{"environment":"qa"}');
    await expect(deployer.status("qa", "cost")).rejects.toThrow(`${file} is corrupt: model: `);
  });
});

test("a garbled lock of a gateway is named at once, with the remedy", async () => {
  const lock = path.join(environment.folder("qa"), "gateway.lock");
  await mkdir(environment.folder("qa"), { recursive: true });
  await writeFile(lock, "nonsense");
  const begun = performance.now();
  await expect(environment.deployer().deploy("qa", environment.release(1), full)).rejects.toThrow(
    `The gateway of cost in qa did not start. ${lock} is not a lock of this program. Expected its JSON. Delete the file.`,
  );
  expect(performance.now() - begun).toBeLessThan(20_000);
});

test("a busy port is named, with the remedy", async () => {
  const blocker = createServer().listen(0, "127.0.0.1");
  await once(blocker, "listening");
  const { port } = blocker.address() as AddressInfo;
  const done = environment.deployer({ ports: { qa: port } }).deploy("qa", environment.release(1), full);
  await expect(done).rejects.toThrow(
    `The gateway of cost in qa did not start. Port ${port} of 127.0.0.1 is taken. Choose another one, or stop the process that listens there.`,
  );
  blocker.close();
});

describe("gateways", () => {
  const main = path.join(__dirname, "../../../deploy/laptop/main.ts");

  function spawnGateway(): ChildProcess {
    return spawn(process.execPath, ["--require", "tsx/cjs", main], {
      env: {
        PATH: process.env.PATH,
        MLOPS_HOME: environment.workspace.home,
        MLOPS_ENVIRONMENT: "qa",
        MLOPS_MODEL_NAME: "cost",
      },
      stdio: ["ignore", "ignore", "pipe"],
    });
  }

  test.each(["ends", "is killed"])(
    "that are attached end with the process that started them when it %s",
    async (how) => {
      const program = path.join(__dirname, "fixtures", "owner.ts");
      const { home } = environment.workspace;
      const then = how === "ends" ? "end" : "wait";
      const args = ["--require", "tsx/cjs", program, home, JSON.stringify(environment.release(1)), then];
      const owner = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
      const closed = once(owner, "close");
      await once(owner.stdout, "data");
      if (how === "is killed") owner.kill("SIGKILL");
      await closed;
      expect(owner.signalCode).toBe(how === "ends" ? null : "SIGKILL");
      await until(async () => (await processesOf(home)).length === 0);
    },
  );

  test("for the same environment and model are refused while one runs", async () => {
    await environment.deployer().deploy("qa", environment.release(1), full);
    const { pid } = (await environment.gateway("qa")).process;
    const second = spawnGateway();
    let stderr = "";
    second.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    await once(second, "close");
    expect(second.exitCode).toBe(1);
    expect(stderr).toMatch(new RegExp(`^Another gateway of cost in qa is under way: process ${pid} `));
    expect(stderr).not.toContain("    at ");
  });

  test("started twice at the same time end up as one", async () => {
    await environment.deployer().deploy("qa", environment.release(1), full);
    await environment.deployer().stop("qa", "cost");
    const [one, two] = await Promise.all([1, 2].map(() => environment.deployer().resume("qa", "cost")));
    expect(one?.url).toBe(two?.url);
  });

  test("take orders only with the token", async () => {
    await environment.deployer().deploy("qa", environment.release(1), full);
    const { adminPort, token } = await environment.gateway("qa");
    const ask = (authorization?: string, path = "/status") =>
      fetch(`http://127.0.0.1:${adminPort}${path}`, { headers: authorization ? { authorization } : {} });
    expect((await ask()).status).toBe(401);
    expect((await ask("Bearer wrong")).status).toBe(401);
    expect((await ask(`Bearer ${token}`)).status).toBe(200);
    expect((await ask(`Bearer ${token}`, "/nothing")).status).toBe(404);
  });
});
