import { rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import type { Deployment } from "../../platform/deployment";
import { explainStorageError, PlatformError } from "../../platform/errors";
import { findJson, toStoredJson, writeFileAtomic, writeJson, type Digest } from "../../platform/files";
import { processIdentitySchema } from "../../platform/process-identity";
import { emptyDeployment } from "./transitions";

const digest = z.string().regex(/^[0-9a-f]{64}$/) as unknown as z.ZodType<Digest>;

/** A release as it is stored and as it comes to the admin API. */
export const releaseSchema = z.strictObject({ model: z.string(), package: z.string().min(1), digest });

const percent = z.number().min(0).max(100);

/** Shares of traffic as they come to the admin API, in percent. */
export const trafficSchema = z.strictObject({ weight: percent, shadow: percent });

const deploymentSchema = z.strictObject({
  environment: z.string(),
  model: z.string(),
  stable: releaseSchema.optional(),
  canary: releaseSchema.extend(trafficSchema.shape).optional(),
  previous: releaseSchema.optional(),
  history: z.array(
    z.strictObject({
      time: z.string(),
      action: z.enum(["deploy", "weight", "promote", "rollback"]),
      model: z.string(),
      detail: z.string().optional(),
    }),
  ),
});

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

function check<T>(schema: z.ZodType, value: unknown, { file, remedy }: { file: string; remedy: string }): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data as T;
  const faults = result.error.issues.map(
    (issue) => `${issue.path.join(".") || "the file"}: ${issue.message}`,
  );
  throw new PlatformError("STORAGE_FAILED", `${file} is corrupt: ${faults.join("; ")}. ${remedy}`);
}

/** The files of one environment and model: what is deployed, and the gateway that serves it. */
export class DeploymentFiles {
  constructor(
    /** environments/<environment>/<model>/ */
    readonly folder: string,
    readonly environment: string,
    readonly model: string,
  ) {}

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
    const value = await findJson(file);
    if (value === undefined) return emptyDeployment(this.environment, this.model);
    return check<Deployment>(deploymentSchema, value, { file, remedy: "Delete it and deploy again." });
  }

  async writeDeployment(deployment: Deployment): Promise<void> {
    try {
      await writeJson(path.join(this.folder, "deployment.json"), deployment);
    } catch (error) {
      throw explainStorageError(error);
    }
  }

  /** The last gateway's address; whether that gateway still runs is another question. */
  async findGateway(): Promise<GatewayAddress | undefined> {
    const file = path.join(this.folder, "gateway.json");
    const value = await findJson(file);
    if (value === undefined) return undefined;
    return check<GatewayAddress>(gatewaySchema, value, { file, remedy: "Delete it and try again." });
  }

  async writeGateway(address: GatewayAddress): Promise<void> {
    await writeFileAtomic(path.join(this.folder, "gateway.json"), toStoredJson(address), 0o600);
  }

  async removeGateway(): Promise<void> {
    await rm(path.join(this.folder, "gateway.json"), { force: true });
  }
}
