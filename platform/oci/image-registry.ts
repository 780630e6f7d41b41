import { buffer } from "node:stream/consumers";
import { Readable } from "node:stream";
import { z } from "zod";
import { PlatformError } from "../base/errors";
import { digestOf } from "../base/files";
import { HttpClient } from "../http/http-client";
import { RemoteError } from "../http/remote-error";
import type { RetryTiming } from "../http/retries";
import { dockerCredentials, type RegistryLogin } from "./docker-credentials";
import { registryUrl } from "./image-reference";
import { accessTo, registryService, type AccessHeaders } from "./registry-access";

/** What a manifest says of a blob (OCI image specification, "descriptor"). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** Bytes. */
  readonly size: number;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const configType = "application/vnd.oci.image.config.v1+json";
/** A manifest, or a document that is signed; a registry that sends more is not listened to. */
const maxBytes = 32 * 1024 * 1024;

const descriptorSchema = z.object({
  mediaType: z.string(),
  digest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
  size: z.number(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const manifestSchema = z.object({ layers: z.array(descriptorSchema).max(1000) });

export interface RegistryOptions {
  /** That of the docker command when absent. */
  readonly login?: RegistryLogin | undefined;
  readonly timing?: Partial<RetryTiming> | undefined;
  readonly signal?: AbortSignal | undefined;
}

const contentDigest = (content: string | Uint8Array): string => `sha256:${digestOf(content)}`;

async function readAtMost(body: Readable): Promise<Buffer> {
  let bytes = 0;
  const counted = body.map((chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new PlatformError(
        "REMOTE_FAILED",
        `The image registry sent more than ${maxBytes} bytes for one document. Look at what it has.`,
      );
    return chunk;
  });
  return buffer(counted);
}

/** One repository of a registry, as far as documents beside an image need it (OCI distribution specification 1.1). */
export class ImageRegistry {
  private constructor(
    private readonly base: string,
    private readonly client: HttpClient,
    private readonly headers: AccessHeaders,
  ) {}

  static async open(
    { host, repository }: { readonly host: string; readonly repository: string },
    rights: "pull" | "pull,push",
    { login, timing, signal }: RegistryOptions = {},
  ): Promise<ImageRegistry> {
    const signedIn = login ?? (await dockerCredentials(host));
    const headers = await accessTo({ host, repository, rights, login: signedIn, timing });
    const client = new HttpClient({ ...registryService(host, timing), signal });
    return new ImageRegistry(`${registryUrl(host)}/v2/${repository}`, client, headers);
  }

  /** Whether there is a manifest of this digest. */
  async has(digest: string): Promise<boolean> {
    return (await this.find(`manifests/${digest}`, "The image", { accept: "*/*" })) !== undefined;
  }

  /** The layers of the manifest that has a tag; none where nothing has it. */
  async layersOf(tag: string): Promise<readonly Descriptor[]> {
    const content = await this.find(`manifests/${tag}`, "What is signed of the image", {
      accept: manifestType,
    });
    if (content === undefined) return [];
    try {
      return manifestSchema.parse(JSON.parse(content.toString("utf8"))).layers;
    } catch (cause) {
      throw new PlatformError(
        "REMOTE_FAILED",
        `The tag ${tag} of ${this.base} is no manifest as signatures have. Delete it, and sign the image again.`,
        { cause },
      );
    }
  }

  /** The content of a blob; undefined where it is gone, or is not what its digest says. */
  async blob({ digest }: Descriptor): Promise<Buffer | undefined> {
    const content = await this.find(`blobs/${digest}`, "What is signed of the image");
    return content !== undefined && contentDigest(content) === digest ? content : undefined;
  }

  /** Puts content there, and describes it. */
  async push(
    content: string,
    { mediaType, annotations }: Pick<Descriptor, "mediaType" | "annotations">,
  ): Promise<Descriptor> {
    const [digest, size] = [contentDigest(content), Buffer.byteLength(content)];
    const place = await this.send("POST", "blobs/uploads/", "A place for a signature");
    const url = new URL(place.location ?? "", `${this.base}/blobs/uploads/`);
    url.searchParams.set("digest", digest);
    await this.send("PUT", url.href, "Keeping a signature", { content, type: "application/octet-stream" });
    return { mediaType, digest, size, ...(annotations && { annotations }) };
  }

  /** Gives a tag to a manifest with these layers. */
  async tag(tag: string, layers: readonly Descriptor[]): Promise<void> {
    const rootfs = { type: "layers", diff_ids: layers.map(({ digest }) => digest) };
    const config = JSON.stringify({
      architecture: "",
      os: "",
      created: "0001-01-01T00:00:00Z",
      config: {},
      rootfs,
    });
    const manifest = {
      schemaVersion: 2,
      mediaType: manifestType,
      config: await this.push(config, { mediaType: configType }),
      layers,
    };
    const content = JSON.stringify(manifest);
    await this.send("PUT", `manifests/${tag}`, "Keeping a signature", { content, type: manifestType });
  }

  private at(path: string): string {
    return path.startsWith("http") ? path : `${this.base}/${path}`;
  }

  private async find(
    path: string,
    what: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Buffer | undefined> {
    const get = (url: string, sent: AccessHeaders): Promise<Buffer> =>
      this.client.send(
        { what },
        { method: "GET", url, headers: sent, read: ({ body }) => readAtMost(body), idempotent: true },
      );
    try {
      return await get(this.at(path), { ...this.headers, ...headers });
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      const { httpStatus = 0, headers: said } = error;
      if (httpStatus === 404) return undefined;
      // Azure's registries keep blobs in storage, and send there; the sign-in is not meant for that.
      if (httpStatus < 300 || httpStatus > 308 || said.location === undefined) throw error;
      return get(new URL(said.location, this.base).href, {});
    }
  }

  private send(
    method: "POST" | "PUT",
    path: string,
    what: string,
    body?: { readonly content: string; readonly type: string },
  ): Promise<{ readonly location: string | undefined }> {
    return this.client.send(
      { what },
      {
        method,
        url: this.at(path),
        headers: {
          ...(new URL(this.at(path)).origin === new URL(this.base).origin && this.headers),
          ...(body && { "content-type": body.type }),
        },
        ...(body && { body: body.content }),
        read: async ({ header, body: sent }) => {
          await readAtMost(sent);
          return { location: header("location") };
        },
        // A place that is never used is given back by the registry, and content is known by its digest.
        idempotent: true,
      },
    );
  }
}
