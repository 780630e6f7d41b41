import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PlatformError, systemErrorCode } from "../platform/base/errors";

const run = promisify(execFile);

const timeoutMs = 600_000;

/** Runs the docker command, with variables beside the process's own, and returns what it printed. */
export async function docker(
  args: readonly string[],
  variables: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const env = { ...process.env, ...variables };
    const { stdout } = await run("docker", [...args], {
      env,
      timeout: timeoutMs,
      maxBuffer: 64 * 1024 * 1024,
    });
    return stdout.trim();
  } catch (cause) {
    if (systemErrorCode(cause) === "ENOENT") {
      throw new PlatformError(
        "NOT_FOUND",
        "The docker command is not on the PATH. Images are built with it. Install Docker, or run this where it is.",
        { cause },
      );
    }
    const { stdout, stderr } = cause as { stdout?: string; stderr?: string };
    const output = `${stdout ?? ""}${stderr ?? ""}`.trim().split("\n").slice(-30).join("\n");
    throw new PlatformError(
      "DEPLOYMENT_FAILED",
      `docker ${args[0]} failed. Correct what it says:\n${output || String(cause)}`,
      { cause },
    );
  }
}

/** What the engine knows of an image. */
export interface ImageFacts {
  /** Digest of its configuration, as `sha256:...`. */
  readonly id: string;
  /** Digests of its manifests by repository, as `repository@sha256:...`; there is one once it was pushed or pulled. */
  readonly repositoryDigests: readonly string[];
  readonly os: string;
  readonly architecture: string;
}

export async function inspectImage(reference: string): Promise<ImageFacts> {
  const [image] = JSON.parse(await docker(["image", "inspect", reference])) as [
    { Id: string; RepoDigests?: string[]; Os: string; Architecture: string },
  ];
  return {
    id: image.Id,
    repositoryDigests: image.RepoDigests ?? [],
    os: image.Os,
    architecture: image.Architecture,
  };
}

/** Whether the engine has an image. */
export async function hasImage(reference: string): Promise<boolean> {
  return (await docker(["image", "ls", "--quiet", reference])) !== "";
}
