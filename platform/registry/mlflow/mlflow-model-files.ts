import { readFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { trimEnd } from "../../base/trim-end";
import { PlatformError } from "../../base/errors";
import type { Digest } from "../../base/files";
import { digestOfListing, digestsOfFiles, withTemporaryFolder, writeJson } from "../../base/files";
import { pathBelowSchema } from "../../base/path-below";
import { digestSchema } from "../../base/stored-record";
import type { ArtifactFolder } from "./mlflow-artifacts";
import { openArtifacts } from "./mlflow-artifacts";
import type { MlflowClient } from "./mlflow-client";
import { corrupt } from "../local/registry-files";

/** Beside the model directory, so that MLflow's own tools, which load that folder, meet nothing strange in it. */
const listingFile = "files.json";
const modelFolder = "model";

/** files.json: every file of the model directory. Servers differ in how they list files, so none is asked to. */
const listingSchema = z.array(
  z.strictObject({
    path: pathBelowSchema.regex(/^[^\\]+$/),
    digest: digestSchema,
  }),
);

type Listing = z.output<typeof listingSchema>;

/** What was uploaded: the source for a version, and the digest of the model directory. */
export interface UploadedModel {
  readonly source: string;
  readonly digest: Digest;
}

/** Uploads a model directory to a folder of artifacts. */
export async function uploadModel(
  client: MlflowClient,
  directory: string,
  uri: string,
): Promise<UploadedModel> {
  const listing = await digestsOfFiles(directory);
  const artifacts = openArtifacts(client, uri);
  await artifacts.upload(
    listing.map((file) => ({ file: path.join(directory, file.path), path: `${modelFolder}/${file.path}` })),
  );
  const digest = digestOfListing(listing);
  if (digestOfListing(await digestsOfFiles(directory)) !== digest) {
    throw new PlatformError(
      "CONFLICT",
      `${directory} changed while it was uploaded. Nothing was registered. Try again.`,
    );
  }
  await withTemporaryFolder("mlops-registry-", async (folder) => {
    const file = path.join(folder, listingFile);
    await writeJson(file, listing);
    await artifacts.upload([{ file, path: listingFile }]);
  });
  return { source: `${uri}/${modelFolder}`, digest };
}

async function readListing(artifacts: ArtifactFolder, name: string): Promise<Listing> {
  return withTemporaryFolder("mlops-registry-", async (folder) => {
    const file = path.join(folder, listingFile);
    await artifacts.download({ file, path: listingFile });
    try {
      return listingSchema.parse(JSON.parse(await readFile(file, "utf8")));
    } catch (error) {
      if (!(error instanceof SyntaxError || error instanceof z.ZodError)) throw error;
      throw corrupt(`${listingFile} of ${name} is not as it was written`, "Register the model again");
    }
  });
}

/** Downloads a model directory to a new folder, and checks every file against the digest of the version. */
export async function downloadModel(
  client: MlflowClient,
  { name, source, digest }: UploadedModel & { name: string },
  destination: string,
): Promise<void> {
  const uri = trimEnd(source, "/");
  if (!uri.endsWith(`/${modelFolder}`)) {
    throw corrupt(`${name} is at ${uri.split("?", 1)[0]}, where mlops puts none`, "Register the model again");
  }
  const artifacts = openArtifacts(client, uri.slice(0, -modelFolder.length - 1));
  const listing = await readListing(artifacts, name);
  if (digestOfListing(listing) !== digest) {
    throw corrupt(`${listingFile} of ${name} does not have the version's digest`, "Register the model again");
  }
  for (const file of listing) {
    await artifacts.download({
      file: path.join(destination, file.path),
      path: `${modelFolder}/${file.path}`,
    });
  }
  const actual = new Map((await digestsOfFiles(destination)).map((file) => [file.path, file.digest]));
  const changed = listing.filter((file) => actual.get(file.path) !== file.digest).map((file) => file.path);
  if (changed.length === 0) return;
  throw corrupt(
    `${name} is not what was registered: ${changed.join(", ")} changed on the server`,
    "Register the model again",
  );
}
