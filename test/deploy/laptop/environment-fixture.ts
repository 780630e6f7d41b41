import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { PackagedRelease } from "../../../platform/release/deployment";
import { digestOf } from "../../../platform/base/files";
import { openWorkspace, type Workspace } from "../../../platform/settings/workspace";
import { LaptopDeployer, type LaptopDeployerOptions } from "../../../deploy/laptop/laptop-deployer";
import type { GatewayAddress } from "../../../deploy/laptop/deployment-file";
import { row, writeCostModel } from "../../scoring/model-fixture";

/** Scoring process whose faults depend on the model's version. */
export const faultyScoring = path.join(__dirname, "fixtures", "faulty-scoring.ts");

/** A workspace of its own, with deployers that are stopped when it is left. */
export class TestEnvironment {
  private readonly deployers: LaptopDeployer[] = [];

  private constructor(
    readonly workspace: Workspace,
    /** Packages of the cost model by version, 1 to 8; version v predicts v more than version 0 would. */
    readonly releases: readonly PackagedRelease[],
  ) {}

  static async create(): Promise<TestEnvironment> {
    const workspace = await openWorkspace(await mkdtemp(path.join(tmpdir(), "mlops-deployer-")));
    const releases = await Promise.all(
      [1, 2, 3, 4, 5, 6, 7, 8].map(async (version): Promise<PackagedRelease> => {
        const model = `cost:${version}`;
        const folder = path.join(workspace.packages, `cost-${version}`);
        await mkdir(folder, { recursive: true });
        await writeFile(path.join(folder, "package.json"), JSON.stringify({ model }));
        await writeCostModel(path.join(folder, "model"), version);
        return { model, package: folder, digest: digestOf(model) };
      }),
    );
    return new TestEnvironment(workspace, releases);
  }

  release(version: number): PackagedRelease {
    const release = this.releases[version - 1];
    if (release === undefined) throw new Error(`there is no version ${version}`);
    return release;
  }

  deployer(options: Partial<LaptopDeployerOptions> = {}): LaptopDeployer {
    const deployer = new LaptopDeployer({ workspace: this.workspace, attached: true, ...options });
    this.deployers.push(deployer);
    return deployer;
  }

  folder(environment: string): string {
    return path.join(this.workspace.environments, environment, "cost");
  }

  async gateway(environment: string): Promise<GatewayAddress> {
    return JSON.parse(
      await readFile(path.join(this.folder(environment), "gateway.json"), "utf8"),
    ) as GatewayAddress;
  }

  async remove(): Promise<void> {
    for (const deployer of this.deployers) {
      await Promise.all(["qa", "prod"].map((environment) => deployer.stop(environment, "cost")));
    }
    await rm(this.workspace.home, { recursive: true, force: true });
  }
}

/** Processes whose environment names a folder below `home`: the gateways and scoring processes of one test. */
export async function processesOf(home: string): Promise<number[]> {
  const pids = (await readdir("/proc")).filter((name) => /^\d+$/.test(name)).map(Number);
  const found = await Promise.all(
    pids.map(async (pid) => {
      try {
        return (await readFile(`/proc/${pid}/environ`, "utf8")).includes(`=${home}`) ? [pid] : [];
      } catch {
        // It ended in the meantime, or is somebody else's.
        return [];
      }
    }),
  );
  return found.flat().filter((pid) => pid !== process.pid);
}

/** Waits until a condition holds, at most `limitMs`. */
export async function until(holds: () => Promise<boolean> | boolean, limitMs = 10_000): Promise<void> {
  const deadline = Date.now() + limitMs;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`the condition did not hold after ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

export interface Answered {
  readonly status: number;
  readonly track: string | null;
  readonly model: string | null;
  readonly body: { readonly result?: number[]; readonly code?: string; readonly detail?: string };
}

export async function score(url: string, headers: Record<string, string> = {}): Promise<Answered> {
  const answer = await fetch(`${url}/score`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ data: [row] }),
  });
  return {
    status: answer.status,
    track: answer.headers.get("x-mlops-track"),
    model: answer.headers.get("x-mlops-model"),
    body: (await answer.json()) as Answered["body"],
  };
}

/** Sends requests one after another. */
export async function scoreTimes(
  times: number,
  url: string,
  headers?: Record<string, string>,
): Promise<Answered[]> {
  const answers: Answered[] = [];
  for (let count = 0; count < times; count += 1) answers.push(await score(url, headers));
  return answers;
}

/** Sends requests from several clients at once until `stop` is called, which returns all answers. */
export function startLoad(url: string, clients = 2): { stop: () => Promise<Answered[]> } {
  let stopped = false;
  const answers: Answered[] = [];
  const running = Array.from({ length: clients }, async () => {
    while (!stopped) answers.push(await score(url));
  });
  return {
    stop: async () => {
      stopped = true;
      await Promise.all(running);
      return answers;
    },
  };
}
