import { execFile } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import path from "node:path";
import { promisify } from "node:util";
import { z } from "zod";
import type { ModelVersion } from "../../platform/registry/registry";
import { repository } from "../e2e/mlops";
import { groupsOfUpdates, PipelinePlace } from "../pipelines/pipeline-fixture";
import type { RunResult } from "../pipelines/run-pipeline";
import { keyOf, AzureStandIns, webhook } from "./azure-stand-ins";
import { DockerStandIn } from "./docker-stand-in";
import { names, ReleaseStacks } from "./release-stacks";
import { ServedEnvironment, type Track } from "./served-environment";

/** What production served when a step had ended that changes stacks, or clients were waited for. */
export interface Seen {
  readonly step: string;
  readonly prod: readonly (Track & { readonly track: string })[];
}

/** What became of a release. */
export interface Released {
  readonly run: RunResult;
  readonly seen: readonly Seen[];
  /** What steps printed that failed. */
  readonly failures: readonly string[];
}

type OfBoth<T> = Readonly<Record<(typeof names)[number], T>>;

const outputsSchema = z.object({
  vault: z.string(),
  insightsAppId: z.string(),
  registry: z.string(),
  registryId: z.string(),
  scoringUrl: z.string(),
  scoringKeys: z.object({ certificate: z.object({ names: z.array(z.string()) }) }),
});
type Outputs = z.output<typeof outputsSchema>;

/** Of a registry that belongs to no stack: where production's first version is from. */
const otherRegistry = "registry.example";

/** Where QA's container group answers: the name that Azure gives it without the hash that only Azure knows. */
const qaAddress = "mlops-qa.westeurope.azurecontainer.io:8080";

/** Rows of the model's data as bodies of requests, without the target, which is the last column. */
async function scoringBodies(): Promise<string[]> {
  const text = await readFile(path.join(repository, "models", "diabetes", "data.csv"), "utf8");
  const [header = "", ...rows] = text.trim().split(/\r?\n/);
  const features = header.split(",").slice(0, -1);
  return rows.map((row) => {
    const values = row.split(",").map(Number);
    return JSON.stringify({
      data: [Object.fromEntries(features.map((name, index) => [name, values[index]]))],
    });
  });
}

/** Two stacks of the engine, all that they need around them, and the pipeline of releases to them. */
export class ReleasePlace {
  private constructor(
    private readonly home: PipelinePlace,
    readonly stacks: ReleaseStacks,
    private readonly docker: DockerStandIn,
    private readonly served: OfBoth<ServedEnvironment>,
    readonly azure: AzureStandIns,
    readonly outputs: OfBoth<Outputs>,
    private readonly bodies: readonly string[],
  ) {
    // Requests may come together: what serves is looked up once for them.
    let following: Promise<unknown> | undefined;
    served.prod.refresh = () => (following ??= this.follow().finally(() => (following = undefined)));
  }

  /** Makes the stacks; production serves diabetes:1 of three versions that are registered. */
  static async open(folder: string): Promise<ReleasePlace> {
    const home = new PipelinePlace();
    const stacks = await ReleaseStacks.create(folder);
    try {
      const docker = await DockerStandIn.install(path.join(folder, "docker"));
      await makeStacks(home, stacks, docker);
      const outputs = {
        qa: outputsSchema.parse(await stacks.outputs("qa")),
        prod: outputsSchema.parse(await stacks.outputs("prod")),
      };
      const served = {
        qa: await ServedEnvironment.open("qa", outputs.qa.scoringKeys.certificate.names),
        prod: await ServedEnvironment.open("prod", outputs.prod.scoringKeys.certificate.names),
      };
      const inAzure = names.map((name) => ({
        name,
        ...outputs[name],
        answered: served[name].answered,
        secrets: { "scoring-primary-key": keyOf(name), "scoring-certificate": served[name].pem },
      }));
      const azure = await AzureStandIns.start(inAzure, { docker, folder });
      return new ReleasePlace(home, stacks, docker, served, azure, outputs, await scoringBodies());
    } catch (error) {
      await stacks.remove();
      await home.remove();
      throw error;
    }
  }

  /** Runs release.yml with a version. */
  async release(modelVersion: string): Promise<Released> {
    const seen: Seen[] = [];
    const minutes = createServer((_, response) => {
      this.sendRequests(seen).then(
        () => response.end(),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    }).listen(0, "127.0.0.1");
    await once(minutes, "listening");
    try {
      const { port } = minutes.address() as AddressInfo;
      return await this.runRelease(modelVersion, { seen, minuteUrl: `http://127.0.0.1:${port}` });
    } finally {
      minutes.closeAllConnections();
      minutes.close();
    }
  }

  private async runRelease(
    modelVersion: string,
    { seen, minuteUrl }: { seen: Seen[]; minuteUrl: string },
  ): Promise<Released> {
    const failures: string[] = [];
    const run = await this.home.runs("release", {
      repository: this.stacks.clone,
      parameters: { modelVersion },
      overrides: {},
      groups: {
        mlops: {
          PULUMI_BACKEND_URL: this.stacks.backend,
          MLOPS_REGISTRY: "local",
          MLOPS_AUDIT: this.home.path("audit"),
        },
        "mlops-secrets": { "NOTIFY-WEBHOOK": webhook },
        ...groupsOfUpdates(["qa", "prod"]),
      },
      stubs: ["npm run pulumi:install"],
      env: { ...this.env, STANDIN_MINUTE_URL: minuteUrl },
      stepTimeoutMs: 600_000,
      // Agents have nothing of one another but the release's file; the registry is this folder's too.
      beforeJob: () => {
        for (const name of ["runs", "packages"])
          rmSync(this.home.path(name), { recursive: true, force: true });
      },
      afterStep: async (step) => {
        if (step.result === "failed") failures.push(step.output);
        if (!/mlops -- (deploy|canary)/.test(step.script ?? "")) return;
        seen.push({ step: step.name, prod: await this.follow() });
      },
    });
    return { run, seen, failures };
  }

  async versions(): Promise<readonly ModelVersion[]> {
    return this.home.json<ModelVersion[]>(["registry", "list"]);
  }

  async close(): Promise<void> {
    for (const name of names) await this.served[name].close();
    await this.azure.close();
    try {
      await this.stacks.remove();
    } finally {
      await this.home.remove();
    }
  }

  /** Lets answer what the stacks now say that they serve. */
  private async follow(): Promise<Seen["prod"]> {
    const { docker, env, stacks, served } = this;
    const prod = await stacks.servedInProd();
    await served.qa.follow(await stacks.servedInQa(), { docker, env });
    await served.prod.follow(prod, { docker, env });
    return prod;
  }

  /** A minute in which a release waits for them: clients of production send their requests. */
  private async sendRequests(seen: Seen[]): Promise<void> {
    seen.push({ step: "Wait for clients", prod: await this.follow() });
    await this.served.prod.ask(this.bodies);
  }

  /** Of the agents, and of what the stand-ins run. */
  private get env(): Record<string, string> {
    const { hostname } = new URL(this.outputs.prod.scoringUrl);
    const addresses = {
      ...this.azure.addresses,
      [qaAddress]: this.served.qa.port,
      [`${hostname}:443`]: this.served.prod.port,
    };
    const { PATH = "", ...commands } = commandsOf(this.stacks, this.docker);
    return {
      ...commands,
      PATH: [this.azure.bin, PATH].join(path.delimiter),
      ...this.azure.env,
      NODE_OPTIONS: `--require ${JSON.stringify(path.join(__dirname, "fixtures", "azure", "reach-stand-ins.js"))}`,
      STANDIN_ADDRESSES: JSON.stringify(addresses),
    };
  }
}

/** Variables by which commands find Pulumi, the API server and Docker. */
function commandsOf(stacks: ReleaseStacks, docker: DockerStandIn): Record<string, string> {
  const { PATH = "", ...others } = stacks.env;
  return { ...others, ...docker.env, PATH: [docker.bin, PATH].join(path.delimiter) };
}

/** Registers versions as merges to main did: there is no champion yet that they have to be better than. */
async function registerVersions(home: PipelinePlace): Promise<void> {
  const target = (row: readonly string[]): number => Number(row.at(-1));
  const models = (name: string, change: (value: number, index: number) => number): Promise<string> =>
    home.changedModels(name, (row, index) => [...row.slice(0, -1), String(change(target(row), index))]);
  // The second was trained on data that has been corrected a little, the third on wrong data.
  const corrected = await models("corrected", (value, index) => (index % 10 === 0 ? value + 1 : value));
  const wrong = await models("wrong", (value) => value / 2 + 300);
  for (const env of [{}, { MLOPS_MODELS: corrected }, { MLOPS_MODELS: wrong }])
    await home.json(["retrain"], 0, env);
}

/** Both environments, at once: nothing serves in QA, and the first version in production. */
async function makeStacks(home: PipelinePlace, stacks: ReleaseStacks, docker: DockerStandIn): Promise<void> {
  const registerFirst = async (): Promise<string> => {
    await registerVersions(home);
    return firstImage(home, stacks, docker);
  };
  const [image] = await Promise.all([registerFirst(), stacks.make("qa"), stacks.make("prod")]);
  await stacks.update("qa", { canaryPercent: 0 });
  await stacks.update("prod", { stable: { model: "diabetes:1", image }, canaryPercent: 0 });
}

/** Builds and pushes the image that production serves from the beginning. */
async function firstImage(
  home: PipelinePlace,
  stacks: ReleaseStacks,
  docker: DockerStandIn,
): Promise<string> {
  const words = ["--model", "diabetes:1", "--only", "scoring", "--registry", otherRegistry];
  const { stdout } = await promisify(execFile)("npm", ["run", "--silent", "images:build", "--", ...words], {
    cwd: stacks.clone,
    // Without what jest has every process load: it knows the programs of the repository, not of the clone.
    env: { ...process.env, ...commandsOf(stacks, docker), NODE_OPTIONS: "", MLOPS_HOME: home.path() },
  });
  return (JSON.parse(stdout) as { pinned: string }).pinned;
}
