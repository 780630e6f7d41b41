import { existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, mkdir } from "node:fs/promises";
import path from "node:path";

/**
 * The command `docker` of fixtures/azure/docker.js in a folder for the PATH, with what it has built and pushed. The images
 * are folders: what is in one can be started as its container would be.
 */
export class DockerStandIn {
  private constructor(private readonly folder: string) {}

  static async install(folder: string): Promise<DockerStandIn> {
    const standIn = new DockerStandIn(folder);
    await mkdir(standIn.bin, { recursive: true });
    const command = path.join(standIn.bin, "docker");
    await copyFile(path.join(__dirname, "fixtures", "azure", "docker.js"), command);
    await chmod(command, 0o755);
    return standIn;
  }

  /** Goes first on the PATH. */
  get bin(): string {
    return path.join(this.folder, "bin");
  }

  get env(): Record<string, string> {
    return { STANDIN_DOCKER: this.folder };
  }

  /** Whether a registry has an image: `<registry>/<repository>@sha256:...`. */
  isPushed(pinned: string): boolean {
    return this.images().some(({ RepoDigests }) => RepoDigests.includes(pinned));
  }

  /** The root of the image with a digest, whichever registry it is in. */
  rootOf(pinned: string): string {
    const digest = pinned.slice(pinned.indexOf("@"));
    const image = this.images().find(({ RepoDigests }) => RepoDigests.some((each) => each.endsWith(digest)));
    if (image === undefined) throw new Error(`nobody has built ${pinned}`);
    return path.join(this.folder, image.Id.replace("sha256:", ""));
  }

  private images(): { Id: string; RepoDigests: string[] }[] {
    const file = path.join(this.folder, "images.json");
    if (!existsSync(file)) return [];
    return Object.values(JSON.parse(readFileSync(file, "utf8")) as Record<string, never>);
  }
}
