import { z } from "zod";
import { PlatformError } from "../../platform/base/errors";
import { toStoredJson } from "../../platform/base/files";
import { deploymentSchema, type Deployment } from "../../platform/release/deployment";
import { readRecord } from "../../platform/storage/read-record";
import type { Storage } from "../../platform/storage/storage";
import type { StackOutputs } from "./pulumi-stack";

const outputsSchema = z.object({
  insightsAppId: z.string().exactOptional(),
  environment: z.object({ scoring: z.record(z.string(), z.string()) }).exactOptional(),
  /** Where the certificate is that the service shows, where no authority vouches for it. */
  scoringKeys: z
    .object({
      vault: z.string(),
      certificate: z.object({ names: z.array(z.string()) }).exactOptional(),
    })
    .exactOptional(),
});

const servedSchema = z.object({
  deployment: deploymentSchema,
  url: z.string().exactOptional(),
  /** Of the environment's stack, what whoever looks at it needs: addresses, and nothing secret. */
  outputs: outputsSchema,
});

/** What an environment serves since its last release, for whoever cannot read its stacks. */
export type Served = Readonly<z.output<typeof servedSchema>>;

type Place = Pick<Deployment, "environment" | "model">;

const fileOf = ({ environment, model }: Place): string => `serving/${environment}/${model}.json`;

/** What is recorded of an environment's outputs. */
export function recordedOutputs(outputs: StackOutputs): Served["outputs"] {
  return outputsSchema.safeParse(outputs).data ?? {};
}

/** Records what an environment serves now, in the place of what it served before. */
export async function recordServed(storage: Storage, served: Served): Promise<void> {
  await storage.put(fileOf(served.deployment), toStoredJson(served));
}

/** What an environment serves; undefined before its first release. */
export async function findServed(storage: Storage, place: Place): Promise<Served | undefined> {
  const file = fileOf(place);
  if (!(await storage.list(file)).includes(file)) return undefined;
  return readRecord(
    storage,
    file,
    servedSchema,
    (why, cause) =>
      new PlatformError(
        "STORAGE_FAILED",
        `The record ${file} of what is served is corrupt: ${why}. The next release writes it anew; until then look with \`mlops status --target azure\`.`,
        { cause },
      ),
  );
}
