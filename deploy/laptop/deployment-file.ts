import { rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { deploymentSchema, type Deployment, type Release } from "../../platform/release/deployment";
import { explainStorageError } from "../../platform/base/errors";
import { toStoredJson, writeFileAtomic, writeJson } from "../../platform/base/files";
import { packageFromHomePath, toHomePath } from "../../platform/base/home-path";
import { processIdentitySchema } from "../../platform/base/process-identity";
import { findRecord } from "../../platform/base/stored-record";
import type { Workspace } from "../../platform/settings/workspace";
import { emptyDeployment } from "../rules/transitions";

const gatewaySchema = z.strictObject({
  process: processIdentitySchema,
  /** Base URL of the public listener. */
  url: z.string(),
  adminPort: z.number().int(),
  /** Bearer token of the admin API. */
  token: z.string().min(1),
});

/** `gateway.json`: how to reach the gateway that runs; readable by its owner only. */
export type GatewayAddress = Readonly<z.output<typeof gatewaySchema>>;

const tracks = ["stable", "canary", "previous"] as const;

/** A deployment whose packages have another path each. */
async function withPackages(
  deployment: Deployment,
  pathOf: (folder: string) => string | Promise<string>,
): Promise<Deployment> {
  const changed: Record<string, Release> = {};
  for (const track of tracks) {
    const release = deployment[track];
    if (release?.package !== undefined)
      changed[track] = { ...release, package: await pathOf(release.package) };
  }
  return { ...deployment, ...changed };
}

/** The files of one environment and model: what is deployed, and the gateway that serves it. */
export class DeploymentFiles {
  /** environments/<environment>/<model>/ */
  readonly folder: string;
  private readonly home: string;

  constructor(
    { home, environments }: Pick<Workspace, "home" | "environments">,
    readonly environment: string,
    readonly model: string,
  ) {
    this.home = home;
    this.folder = path.join(environments, environment, model);
  }

  get lock(): string {
    return path.join(this.folder, "gateway.lock");
  }

  get gatewayLog(): string {
    return path.join(this.folder, "gateway.log");
  }

  get scoringLog(): string {
    return path.join(this.folder, "scoring.log");
  }

  /** What is deployed; empty when nothing ever was. */
  async readDeployment(): Promise<Deployment> {
    const file = path.join(this.folder, "deployment.json");
    const deployment = await findRecord(file, deploymentSchema, "Delete it and deploy again.");
    if (deployment === undefined) return emptyDeployment(this.environment, this.model);
    return withPackages(deployment, (folder) => packageFromHomePath(this.home, folder));
  }

  async writeDeployment(deployment: Deployment): Promise<void> {
    const stored = await withPackages(deployment, (folder) => toHomePath(this.home, folder));
    try {
      await writeJson(path.join(this.folder, "deployment.json"), stored);
    } catch (error) {
      throw explainStorageError(error);
    }
  }

  /** The last gateway's address; whether that gateway still runs is another question. */
  findGateway(): Promise<GatewayAddress | undefined> {
    return findRecord(path.join(this.folder, "gateway.json"), gatewaySchema, "Delete it and try again.");
  }

  async writeGateway(address: GatewayAddress): Promise<void> {
    await writeFileAtomic(path.join(this.folder, "gateway.json"), toStoredJson(address), 0o600);
  }

  async removeGateway(): Promise<void> {
    await rm(path.join(this.folder, "gateway.json"), { force: true });
  }
}
