import path from "node:path";
import {
  requirePackage,
  type Deployer,
  type Deployment,
  type DeploymentStatus,
  type PackagedRelease,
  type Release,
  type Traffic,
} from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { parseModelRef } from "../../platform/definition/model-ref";
import type { Workspace } from "../../platform/settings/workspace";
import { askGateway, findGateway, startGateway, stopGateway, type GatewayStart } from "./gateway-process";
import type { AdminStatus } from "./admin-server";
import { DeploymentFiles, type GatewayAddress } from "./deployment-file";
import { testKeyOf } from "./test-key";
import { testHeader } from "../../scoring/http/request-headers";

export interface LaptopDeployerOptions {
  readonly workspace: Pick<Workspace, "home" | "environments">;
  /** Gateways that it starts end with this process; otherwise they run until `stop`. */
  readonly attached: boolean;
  /** Port of the gateway of an environment, by name; any free one without it. */
  readonly ports?: Readonly<Record<string, number>>;
  /** Of the gateways and their scoring processes. */
  readonly logLevel?: string;
  /** File of the public keys by which what is served must be signed, by its absolute path; anything is served without it. */
  readonly trustedKeys?: string;
  /** Another program for the scoring processes. */
  readonly scoringEntry?: string;
  /** Makes the package of a release again where it is gone. */
  readonly restore?: (release: PackagedRelease) => Promise<void>;
}

function statusOf(answer: AdminStatus): DeploymentStatus {
  const { notReady, ...status } = answer;
  void notReady;
  return status;
}

function isEmpty({ stable, canary, previous }: Deployment): boolean {
  return stable === undefined && canary === undefined && previous === undefined;
}

/** Serves releases on this machine: a gateway per environment and model, with scoring processes behind it. */
export class LaptopDeployer implements Deployer {
  constructor(private readonly options: LaptopDeployerOptions) {}

  /** What is deployed, whether or not it is being served. */
  async status(environment: string, model: string): Promise<DeploymentStatus> {
    const files = this.files(environment, model);
    const gateway = await findGateway(files);
    if (gateway === undefined) return { ...(await files.readDeployment()), samples: {} };
    return statusOf(await askGateway(gateway, { method: "GET", path: "/status" }));
  }

  async deploy(environment: string, release: Release, traffic: Traffic): Promise<DeploymentStatus> {
    const { name: model } = parseModelRef(release.model);
    // The gateway may run in another folder.
    const packaged = requirePackage(release);
    const body = { release: { ...packaged, package: path.resolve(packaged.package) }, traffic };
    return this.change(this.files(environment, model), { path: "/deploy", body });
  }

  async weight(environment: string, model: string, traffic: Traffic): Promise<DeploymentStatus> {
    return this.changeRecorded(environment, model, { path: "/weight", body: { traffic } });
  }

  async promote(environment: string, model: string): Promise<DeploymentStatus> {
    return this.changeRecorded(environment, model, { path: "/promote" });
  }

  async rollback(environment: string, model: string): Promise<DeploymentStatus> {
    const { canary, previous } = await this.files(environment, model).readDeployment();
    if (canary === undefined) await this.restore([previous]);
    return this.changeRecorded(environment, model, { path: "/rollback" });
  }

  /**
   * Serves again what is recorded as deployed, after a stop or a crash, on a port of its former gateway's if one is named; nothing
   * changes when it is being served.
   */
  async resume(environment: string, model: string, port?: number): Promise<DeploymentStatus> {
    const files = this.files(environment, model);
    await this.assertRecorded(files);
    const { stable, canary } = await files.readDeployment();
    await this.restore([stable, canary]);
    return this.withGateway(
      files,
      async (gateway) => {
        const status = await askGateway(gateway, { method: "GET", path: "/status" });
        const [reason] = Object.values(status.notReady);
        if (reason !== undefined) throw new PlatformError("DEPLOYMENT_FAILED", reason);
        return statusOf(status);
      },
      port,
    );
  }

  /** State of the gateway: "lost" if it ended without being stopped, for example by `kill -9`. */
  async gatewayState(environment: string, model: string): Promise<"running" | "stopped" | "lost"> {
    const files = this.files(environment, model);
    if ((await findGateway(files)) !== undefined) return "running";
    return (await files.findGateway()) === undefined ? "stopped" : "lost";
  }

  /** Ends the gateway and its scoring processes; what is deployed stays recorded. */
  async stop(environment: string, model: string): Promise<void> {
    const gateway = await findGateway(this.files(environment, model));
    if (gateway !== undefined) await stopGateway(gateway);
  }

  /** Headers by which tests mark their requests; none while nothing serves. */
  async testHeaders(environment: string, model: string): Promise<Readonly<Record<string, string>>> {
    const gateway = await findGateway(this.files(environment, model));
    return gateway === undefined ? {} : { [testHeader]: testKeyOf(gateway) };
  }

  private files(environment: string, model: string): DeploymentFiles {
    return new DeploymentFiles(this.options.workspace, environment, model);
  }

  private async restore(releases: readonly (Release | undefined)[]): Promise<void> {
    for (const release of releases) {
      if (release !== undefined) await this.options.restore?.(requirePackage(release));
    }
  }

  private async assertRecorded(files: DeploymentFiles): Promise<void> {
    if (!isEmpty(await files.readDeployment())) return;
    throw new PlatformError(
      "CONFLICT",
      `Nothing of ${files.model} is deployed in ${files.environment}. Deploy a version first.`,
    );
  }

  private async changeRecorded(
    environment: string,
    model: string,
    request: { path: string; body?: unknown },
  ): Promise<DeploymentStatus> {
    const files = this.files(environment, model);
    await this.assertRecorded(files);
    return this.change(files, request);
  }

  private change(
    files: DeploymentFiles,
    request: { path: string; body?: unknown },
  ): Promise<DeploymentStatus> {
    return this.withGateway(files, async (gateway) =>
      statusOf(await askGateway(gateway, { method: "POST", ...request })),
    );
  }

  /** Runs a task with the gateway; one that was started for a task that failed is stopped again. */
  private async withGateway<T>(
    files: DeploymentFiles,
    task: (gateway: GatewayAddress) => Promise<T>,
    port?: number,
  ): Promise<T> {
    const running = await findGateway(files);
    const { workspace, attached, ports = {}, logLevel, trustedKeys, scoringEntry } = this.options;
    const start: GatewayStart = {
      home: workspace.home,
      attached,
      port: ports[files.environment] ?? port ?? 0,
      ...(logLevel !== undefined && { logLevel }),
      ...(trustedKeys !== undefined && { trustedKeys }),
      ...(scoringEntry !== undefined && { scoringEntry }),
    };
    if (running === undefined) {
      const { stable, canary } = await files.readDeployment();
      // A package that cannot be restored does not stop the change: the gateway reports it as not ready.
      await Promise.allSettled([this.restore([stable]), this.restore([canary])]);
    }
    const gateway = running ?? (await startGateway(files, start));
    try {
      return await task(gateway);
    } catch (error) {
      if (running === undefined) await stopGateway(gateway);
      throw error;
    }
  }
}
