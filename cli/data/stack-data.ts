import { PlatformError } from "../../platform/base/errors";
import { digestOf, digestOfListing, type Digest, type FileDigest } from "../../platform/base/files";
import { deliverySchema, manifestName, type Delivery } from "../../platform/data/delivery";
import { isDataFile } from "../../platform/data/data-names";
import { isHidden } from "../../platform/data/folder-files";
import type { Storage } from "../../platform/storage/storage";
import { readRecord } from "../../platform/storage/read-record";
import { requireModelOf } from "../trainings/training-stack";

/**
 * Address of the container with the data that a stack trains on, by its outputs. Throws USAGE where `model` is named and the stack trains
 * another one, which its data would only lie beside.
 */
export async function dataAddressOf(stack: string, signal: AbortSignal, model?: string): Promise<string> {
  const { readStackOutputs } =
    require("../../deploy/azure/stack-outputs") as typeof import("../../deploy/azure/stack-outputs");
  const outputs = await readStackOutputs(stack, signal);
  if (typeof outputs.model === "string") requireModelOf(stack, { model: outputs.model }, model);
  return dataAddressIn(outputs, stack);
}

/** The same, in outputs that were read. */
export function dataAddressIn({ dataAddress }: Readonly<Record<string, unknown>>, stack: string): string {
  if (typeof dataAddress === "string") return dataAddress;
  throw new PlatformError(
    "CONFLICT",
    `The outputs of stack ${stack} do not say where its data is. Expected those of an update that succeeded. Run \`npm run infra:up -- --stack ${stack}\`.`,
  );
}

type Reading = Pick<Storage, "get" | "list">;

/** What was delivered by `mlops data push`, as its manifest says; undefined where every file that is there is data. */
export async function findStackDelivery(storage: Reading, model: string): Promise<Delivery | undefined> {
  const manifest = `${model}/${manifestName}`;
  if (!(await storage.list(manifest)).includes(manifest)) return undefined;
  return readRecord(
    storage,
    manifest,
    deliverySchema,
    (why, cause) =>
      new PlatformError(
        "STORAGE_FAILED",
        `${manifest} of the stack's data is corrupt: ${why}. Deliver the data again by \`mlops data push\`.`,
        { cause },
      ),
  );
}

/** Digest of the data of a model that a stack trains on, as the versions have it that it trains; undefined where there is no data. */
export async function digestOfStackData(storage: Reading, model: string): Promise<Digest | undefined> {
  const delivery = await findStackDelivery(storage, model);
  if (delivery !== undefined) return digestOfListing(delivery.files);
  const folder = `${model}/`;
  const names = (await storage.list(folder))
    .map((file) => file.slice(folder.length))
    .filter((name) => isDataFile(name) && !name.split("/").some(isHidden))
    .sort();
  if (names.length === 0) return undefined;
  const listing: FileDigest[] = [];
  for (const name of names)
    listing.push({ path: name, digest: digestOf(await storage.get(`${folder}${name}`)) });
  return digestOfListing(listing);
}
