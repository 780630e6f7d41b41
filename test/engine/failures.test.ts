import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { ReleaseStack } from "../../deploy/azure/release-stack";
import { describeEngine, EngineStack, kubectl, releaseOf } from "./engine";

jest.setTimeout(600_000);

const share = { weight: 10, shadow: 0 };
const canaryFails = { STANDIN_FAIL: "create:kubernetes:apps/v1:Deployment:scoring-objects-canary" };

describeEngine("an update that goes wrong", () => {
  let stack: EngineStack;

  beforeAll(async () => {
    stack = await EngineStack.create("e-fail", "prod");
    await stack.up();
    const deployer = stack.deployer();
    await deployer.deploy(stack.name, releaseOf(1), share);
    await deployer.promote(stack.name, "diabetes");
  });

  afterAll(() => stack.remove());

  async function expectOnlyStable(): Promise<void> {
    const status = await stack.deployer().status(stack.name, "diabetes");
    expect(status).toMatchObject({ stable: { model: "diabetes:1" } });
    expect(status.canary).toBeUndefined();
  }

  /** The plain update of what serves, which anybody may run: it goes back to what is recorded. */
  async function expectRestored(): Promise<void> {
    await stack.succeedServing("up", "--yes", "--skip-preview");
    await stack.succeedServing("preview", "--expect-no-changes");
    const tracks = await kubectl("get", "deployments", "-n", stack.namespace, "-o", "name");
    expect(tracks.split("\n")).toEqual(["deployment.apps/stable"]);
  }

  test("names what failed, leaves what is released, and the next plain update restores that", async () => {
    const failing = stack.deployer({ env: canaryFails });
    await expect(failing.deploy(stack.name, releaseOf(2), share)).rejects.toMatchObject({
      code: "DEPLOYMENT_FAILED",
      message: expect.stringMatching(
        /^The update of stack e-fail failed: kubernetes:apps\/v1:Deployment scoring-objects-canary: [\s\S]*Run the same command again/,
      ),
    });
    await expectOnlyStable();
    await expectRestored();
  });

  test("completes when it is run again after it was interrupted", async () => {
    const abort = new AbortController();
    const interrupted = stack.deployer({
      signal: abort.signal,
      // The first resource of the canary exists then, and its pods do not.
      report: () => abort.abort(),
    });
    await expect(interrupted.deploy(stack.name, releaseOf(2), share)).rejects.toMatchObject({
      code: "INTERRUPTED",
      message: expect.stringMatching(/before it was complete/),
    });
    await expectOnlyStable();
    const done = await stack.deployer().deploy(stack.name, releaseOf(2), share);
    expect(done).toMatchObject({
      stable: { model: "diabetes:1" },
      canary: { model: "diabetes:2", weight: 10 },
    });
    await stack.succeedServing("preview", "--expect-no-changes");
    await stack.deployer().rollback(stack.name, "diabetes");
    await expectOnlyStable();
  });

  test("says who holds the stack's lock, and completes once the stack is freed of it", async () => {
    const locks = path.join(
      stack.folder,
      "state",
      ".pulumi",
      "locks",
      "organization",
      "mlops-serving",
      stack.name,
    );
    await mkdir(locks, { recursive: true });
    const lock = { pid: 812, username: "ann", hostname: "agent-7", timestamp: "2026-11-01T10:00:00Z" };
    await writeFile(path.join(locks, "5f4c8bd1-7a7c-4d4f-9d57-8f4f0c0d9b11.json"), JSON.stringify(lock));
    const deployer = stack.deployer();
    await expect(deployer.deploy(stack.name, releaseOf(2), share)).rejects.toMatchObject({
      code: "BUSY",
      message: expect.stringMatching(
        /locked by ann@agent-7 \(pid 812\).*pulumi cancel --cwd infra\/serving --stack e-fail/s,
      ),
    });
    const unlock = async () =>
      (await ReleaseStack.open(stack.name, { project: stack.project, env: stack.env() })).unlock();
    await unlock();
    // Freeing what is free changes nothing.
    await unlock();
    expect(await deployer.deploy(stack.name, releaseOf(2), share)).toMatchObject({
      canary: { model: "diabetes:2" },
    });
    await deployer.rollback(stack.name, "diabetes");
  });

  test("says that no cluster answers, and what to look at", async () => {
    const file = path.join(stack.folder, "no-cluster");
    const text = await readFile(process.env.ENGINE_KUBECONFIG ?? "", "utf8");
    await writeFile(file, text.replace(/server: [^,}\s]+/, "server: https://127.0.0.1:1"));
    const deployer = stack.deployer({ env: { KUBECONFIG: file } });
    await expect(deployer.deploy(stack.name, releaseOf(2), share)).rejects.toMatchObject({
      code: "DEPLOYMENT_FAILED",
      message: expect.stringMatching(/The cluster cannot be reached from here/),
    });
    await rm(file);
    await expectOnlyStable();
    await expectRestored();
  });

  test("is not begun while the stack's own file holds a release", async () => {
    await stack.setConfig({ "mlops:release": '{"canaryPercent":0}' });
    try {
      await expect(stack.deployer().deploy(stack.name, releaseOf(2), share)).rejects.toMatchObject({
        code: "CONFLICT",
        message: expect.stringMatching(/pulumi config rm --stack e-fail mlops:release/),
      });
    } finally {
      await stack.unsetConfig("mlops:release");
    }
  });

  test("is not begun for a stack that is not there", async () => {
    await expect(stack.deployer().status("e-none", "diabetes")).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringMatching(/pulumi stack init e-none/),
    });
  });
});
