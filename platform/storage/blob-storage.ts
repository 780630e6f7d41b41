import type { ContainerClient, RestError } from "@azure/storage-blob" with { "resolution-mode": "import" };
import { azureCredential, type AzureCredential } from "../azure/credentials";
import { PlatformError } from "../base/errors";
import { digestOf } from "../base/files";
import { isLoopback, isPrivate } from "../http/address";
import { digestKey, downloadBlob } from "./blob-download";
import { amongWriters, uploadBlob, type Patience } from "./blob-upload";
import type { Storage } from "./storage";
import { assertPath } from "./storage-path";

/** What to do about an answer of the service, by its error code. */
const remedies: Readonly<Record<string, string>> = {
  ContainerNotFound: "Create the container, or correct the address.",
  AuthorizationPermissionMismatch:
    'Give the identity the role "Storage Blob Data Contributor" on the container.',
  AuthorizationFailure: "Allow this network in the storage account's firewall.",
  AuthenticationFailed: "Check the identity, or renew the shared access signature, and check the clock.",
};

/** What to do where earlier versions of blobs may not be deleted. */
const ownerRemedy = {
  AuthorizationPermissionMismatch:
    'Give the identity the role "Storage Blob Data Owner" on the container, which alone may delete versions, and run again.',
};

/** Error codes of a write that is only to be where there is nothing; the last where a policy keeps what is there. */
const existing = new Set(["BlobAlreadyExists", "ConditionNotMet", "BlobImmutableDueToPolicy"]);

/** Files in a container of Azure Blob Storage, below a folder of it. */
class BlobStorage implements Storage {
  constructor(
    private readonly container: ContainerClient,
    private readonly folder: string,
    private readonly patienceMs: number,
  ) {}

  async put(path: string, content: Uint8Array | string): Promise<void> {
    assertPath(path, "path");
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    try {
      const client = this.container.getBlockBlobClient(this.folder + path);
      await uploadBlob(client, { bytes, metadata: { [digestKey]: digestOf(bytes) } }, this.patience(path));
    } catch (error) {
      throw this.explain("write", path, error);
    }
  }

  async create(path: string, content: Uint8Array | string): Promise<boolean> {
    assertPath(path, "path");
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    try {
      await this.container.getBlockBlobClient(this.folder + path).upload(bytes, bytes.byteLength, {
        metadata: { [digestKey]: digestOf(bytes) },
        conditions: { ifNoneMatch: "*" },
      });
      return true;
    } catch (error) {
      if (existing.has((error as Partial<RestError>).code ?? "")) return false;
      throw this.explain("write", path, error);
    }
  }

  async get(path: string): Promise<Uint8Array> {
    assertPath(path, "path");
    let bytes: Uint8Array | undefined;
    try {
      bytes = await downloadBlob(this.container.getBlobClient(this.folder + path), this.nameOf(path));
    } catch (error) {
      if ((error as RestError).statusCode === 404 && (error as RestError).code !== "ContainerNotFound") {
        throw new PlatformError(
          "NOT_FOUND",
          `There is no file "${path}" in ${this.address}. Expected a path that was written before.`,
          { cause: error },
        );
      }
      throw this.explain("read", path, error);
    }
    if (bytes !== undefined) return bytes;
    throw new PlatformError(
      "STORAGE_FAILED",
      `"${path}" in ${this.address} does not have the digest it was written with. Content stays as it was written. Restore an earlier version of the blob, or write it again.`,
    );
  }

  async list(prefix: string): Promise<string[]> {
    assertPath(prefix, "prefix");
    const paths: string[] = [];
    try {
      for await (const { name } of this.container.listBlobsFlat({ prefix: this.folder + prefix })) {
        paths.push(name.slice(this.folder.length));
      }
    } catch (error) {
      throw this.explain("list", prefix, error);
    }
    return paths.sort();
  }

  async delete(path: string): Promise<void> {
    assertPath(path, "path");
    try {
      const client = this.container.getBlobClient(this.folder + path);
      await amongWriters(() => client.deleteIfExists(), this.patience(path));
    } catch (error) {
      throw this.explain("delete", path, error);
    }
  }

  /**
   * With versioning a blob that is replaced or deleted lives on as a version, and whoever may delete blobs may not delete those:
   * "Blob versioning", learn.microsoft.com/azure/storage/blobs/versioning-overview#permissions. Soft delete keeps them for its days.
   */
  async dropEarlier(prefix: string): Promise<void> {
    assertPath(prefix, "prefix");
    try {
      const listing = { prefix: this.folder + prefix, includeVersions: true };
      for await (const { name, versionId, isCurrentVersion } of this.container.listBlobsFlat(listing)) {
        if (versionId === undefined || isCurrentVersion === true) continue;
        await this.container.getBlobClient(name).withVersion(versionId).deleteIfExists();
      }
    } catch (error) {
      throw this.explain("delete earlier versions below", prefix, error, ownerRemedy);
    }
  }

  private patience(path: string): Patience {
    return { patienceMs: this.patienceMs, what: this.nameOf(path) };
  }

  private nameOf(path: string): string {
    return `"${path}" in ${this.address}`;
  }

  /** Without the query, which may hold a signature. */
  private get address(): string {
    return this.container.url.split("?", 1)[0] ?? "";
  }

  private explain(
    verb: string,
    path: string,
    error: unknown,
    special: Readonly<Record<string, string>> = {},
  ): unknown {
    const { name, code, statusCode } = error as Partial<RestError>;
    if (name !== "RestError" && !/Authentication|CredentialUnavailable/.test(name ?? "")) return error;
    const reason = [code ?? name, statusCode && `HTTP ${statusCode}`].filter(Boolean).join(", ");
    const remedy =
      { ...remedies, ...special }[code ?? ""] ?? "Check the address, the network and the identity.";
    return new PlatformError(
      "STORAGE_FAILED",
      `Cannot ${verb} "${path}" in ${this.address}: ${reason}. ${remedy}`,
      {
        cause: error,
      },
    );
  }
}

interface BlobLocation {
  readonly containerUrl: string;
  /** Begin of the paths in the container: "" or "a/b/". */
  readonly folder: string;
  readonly signed: boolean;
}

/** A client's emulator has the account as the first part of the path, the service in its host name. */
function parseLocation(location: string): BlobLocation {
  const url = URL.canParse(location) ? new URL(location) : undefined;
  const loopback = isLoopback(url?.hostname ?? "");
  const parts = (url?.pathname ?? "").split("/").filter(Boolean).map(decodeURIComponent);
  const accountParts = loopback ? 1 : 0;
  const container = parts[accountParts];
  if (url === undefined || container === undefined || !isPrivate(url.href)) {
    throw new PlatformError(
      "INPUT_INVALID",
      `"${location.split("?", 1)[0]}" is not the address of a blob container. Expected https://<account>.blob.core.windows.net/<container>, with a path below it if you like. Correct it.`,
    );
  }
  const folder = parts.slice(accountParts + 1).map((part) => `${part}/`);
  const path = [...parts.slice(0, accountParts), container].join("/");
  return {
    containerUrl: `${url.origin}/${path}${url.search}`,
    folder: folder.join(""),
    signed: url.searchParams.has("sig"),
  };
}

/**
 * A storage in a blob container, which must exist. Who may: the process's own identity in Azure (workload or managed
 * identity, or who is signed in on a laptop), unless the address has a shared access signature.
 */
export async function openBlobStorage(
  location: string,
  {
    credential,
    patienceMs = 90_000,
  }: {
    readonly credential?: AzureCredential;
    /** Longest wait for another writer of the same file. */
    readonly patienceMs?: number;
  } = {},
): Promise<Storage> {
  const { containerUrl, folder, signed } = parseLocation(location);
  const blob = await import("@azure/storage-blob");
  const options = {
    retryOptions: { maxTries: 4, retryDelayInMs: 500, maxRetryDelayInMs: 5000, tryTimeoutInMs: 30_000 },
  };
  const identity = signed ? undefined : (credential ?? azureCredential());
  return new BlobStorage(new blob.ContainerClient(containerUrl, identity, options), folder, patienceMs);
}
