import { PlatformError } from "../base/errors";
import { isLoopback } from "../http/address";

/** An image in a registry, by its digest. */
export interface ImageReference {
  /** Host and port, as Docker has them in `host:port/path@sha256:...`. */
  readonly host: string;
  /** Path in the registry. */
  readonly repository: string;
  /** `sha256:` and 64 digits, of the image's manifest. */
  readonly digest: string;
}

/** Reads `<host>/<path>@sha256:<64 digits>`; a tag between path and digest is left out, as registries do. */
export function parseImageReference(text: string): ImageReference {
  const [, host, repository, digest] =
    /^([a-zA-Z0-9.-]+(?::\d{1,5})?)\/([a-z0-9][a-z0-9._/-]*)(?::[\w.-]+)?@(sha256:[0-9a-f]{64})$/.exec(
      text,
    ) ?? [];
  if (host !== undefined && repository !== undefined && digest !== undefined)
    return { host, repository, digest };
  throw new PlatformError(
    "USAGE",
    `"${text}" is no image by its digest. Expected <registry>/<repository>@sha256:<64 digits>, as \`npm run images:build\` prints it as "pinned".`,
  );
}

/** Where a registry's API is: as Docker does, unencrypted on this machine alone. */
export function registryUrl(host: string): string {
  const name = host.replace(/:\d+$/, "");
  // Docker Hub is known by another name than its API has.
  if (name === "docker.io") return "https://registry-1.docker.io";
  return `${isLoopback(name) ? "http" : "https"}://${host}`;
}
