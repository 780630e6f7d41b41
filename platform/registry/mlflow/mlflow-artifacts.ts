import { createWriteStream } from "node:fs";
import { mkdir, open } from "node:fs/promises";
import path from "node:path";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { z } from "zod";
import { PlatformError } from "../../base/errors";
import { isPrivate } from "../../http/address";
import type { HttpResponse, TokenSource } from "../../http/send-request";
import type { MlflowClient } from "./mlflow-client";

/** A file on this machine, and its path below a folder of artifacts. */
interface ArtifactFile {
  readonly file: string;
  readonly path: string;
}

/** A folder of files that a server keeps. */
export interface ArtifactFolder {
  /** Writing a file again replaces it. */
  upload(files: readonly ArtifactFile[]): Promise<void>;
  download(file: ArtifactFile): Promise<void>;
}

/** A model file may be large, and the line slow. */
const transferMs = 15 * 60_000;

const encodePath = (text: string): string =>
  text.split("/").filter(Boolean).map(encodeURIComponent).join("/");

interface Transfer {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Absent where the address itself holds a signature. */
  readonly token: TokenSource | undefined;
  readonly file: ArtifactFile;
}

async function sendFile(client: MlflowClient, { url, headers, token, file }: Transfer): Promise<void> {
  const handle = await open(file.file);
  try {
    const { size } = await handle.stat();
    const request = {
      method: "PUT",
      url,
      token,
      headers: { ...headers, "content-length": String(size) },
      body: size === 0 ? "" : () => handle.createReadStream({ start: 0, autoClose: false }),
      read: ({ body }: HttpResponse) => text(body),
      idempotent: true,
    } as const;
    await client.send(`The upload of ${file.path}`, request, transferMs);
  } finally {
    await handle.close();
  }
}

async function fetchFile(client: MlflowClient, { url, token, file }: Transfer): Promise<void> {
  await mkdir(path.dirname(file.file), { recursive: true });
  // Opened anew for each attempt: what a broken one left is written over.
  const read = ({ body }: HttpResponse): Promise<void> =>
    pipeline(body, createWriteStream(file.file, { flush: true }));
  const request = { method: "GET", url, token, read, idempotent: true } as const;
  await client.send(`The download of ${file.path}`, request, transferMs);
}

/** Files of an MLflow server, through its own proxy. */
class ProxiedFolder implements ArtifactFolder {
  constructor(
    private readonly client: MlflowClient,
    private readonly folder: string,
  ) {}

  async upload(files: readonly ArtifactFile[]): Promise<void> {
    for (const file of files) await sendFile(this.client, this.transferOf(file));
  }

  download(file: ArtifactFile): Promise<void> {
    return fetchFile(this.client, this.transferOf(file));
  }

  private transferOf(file: ArtifactFile): Transfer {
    const place = encodePath(`${this.folder}/${file.path}`);
    return {
      url: `${this.client.address.base}/api/2.0/mlflow-artifacts/artifacts/${place}`,
      token: this.client.token,
      file,
    };
  }
}

const contentSchema = z.object({ contentUri: z.url() });
const uploadsSchema = z.object({ artifactContentInformation: z.record(z.string(), contentSchema) });
const maxPathsAtOnce = 50;

/** Files of an Azure Machine Learning workspace: it gives a signed address for each, in its storage account. */
class SignedFolder implements ArtifactFolder {
  constructor(
    private readonly client: MlflowClient,
    /** Path of the service that knows the files. */
    private readonly service: string,
    private readonly folder: string,
  ) {}

  async upload(files: readonly ArtifactFile[]): Promise<void> {
    for (let first = 0; first < files.length; first += maxPathsAtOnce) {
      const batch = files.slice(first, first + maxPathsAtOnce);
      const { artifactContentInformation: places } = await this.client.call({
        method: "POST",
        path: `${this.service}/batch/metadata`,
        body: { paths: batch.map((file) => ({ path: this.placeOf(file) })) },
        answer: uploadsSchema,
      });
      for (const file of batch) {
        const headers = { "x-ms-blob-type": "BlockBlob" };
        const url = this.checked(places[this.placeOf(file)]?.contentUri, file);
        await sendFile(this.client, { url, headers, token: undefined, file });
      }
    }
  }

  async download(file: ArtifactFile): Promise<void> {
    const { contentUri } = await this.client.call({
      method: "GET",
      path: `${this.service}/contentinfo`,
      query: { path: this.placeOf(file) },
      answer: contentSchema,
    });
    const url = this.checked(contentUri, file);
    await fetchFile(this.client, { url, token: undefined, file });
  }

  private placeOf(file: ArtifactFile): string {
    return [this.folder, file.path].filter(Boolean).join("/");
  }

  private checked(url: string | undefined, file: ArtifactFile): string {
    if (url !== undefined && isPrivate(url)) return url;
    throw new PlatformError(
      "MLFLOW_FAILED",
      `${this.client.address.origin} gave no encrypted address for ${file.path}. Expected https://. Check the workspace's storage account.`,
    );
  }
}

function unknownPlace(uri: string): PlatformError {
  const shown = uri.split("?", 1)[0] ?? "";
  return new PlatformError(
    "MLFLOW_FAILED",
    `The server keeps its artifacts at ${shown}, where only it can write. Expected mlflow-artifacts:/... or a workspace of Azure Machine Learning. Start MLflow with --serve-artifacts and --artifacts-destination.`,
  );
}

/** Opens the folder of artifacts that a URI of the server means. */
export function openArtifacts(client: MlflowClient, uri: string): ArtifactFolder {
  // Such a part would lead to another service of the same server.
  if (uri.split("/").includes("..")) throw unknownPlace(uri);
  const proxied = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.*)$/.exec(uri);
  if (proxied?.[1] !== undefined) return new ProxiedFolder(client, proxied[1]);
  const { workspace } = client.address;
  // The host in it is not asked: the token is for the server that the tracking URI names.
  const ofRun =
    /^azureml:\/\/[^/]+(?:\/[^/]*)*?\/(experiments|experimentids)\/([^/]+)\/runs\/([^/]+)\/artifacts(?:\/(.*))?$/.exec(
      uri,
    );
  const ofStore = /^azureml:\/\/artifacts\/([^/]+)\/([^/]+)(?:\/(.*))?$/.exec(uri);
  if (workspace === undefined || (ofRun === null && ofStore === null)) throw unknownPlace(uri);
  if (ofRun !== null) {
    const [, kind, experiment, run, folder = ""] = ofRun;
    const service = `/history/v1.0${workspace}/${kind}/${experiment}/runs/${run}/artifacts`;
    return new SignedFolder(client, service, folder);
  }
  const [, origin, container, folder = ""] = ofStore ?? [];
  return new SignedFolder(client, `/artifact/v2.0${workspace}/artifacts/${origin}/${container}`, folder);
}
