import { sendJson } from "../../platform/http/http-server";
import type { Call } from "./call";
import type { PlayedEntra } from "./entra";
import type { StackFacts } from "./stack-facts";

/** An import of an image that Resource Manager was asked for. */
export interface Imported {
  readonly to: string;
  readonly from: string;
  readonly sourceImage: string;
}

/** The token that the provider of this machine gives a program for Resource Manager. */
const tokenOfProvider = "stand-in";

const manifestTypes = [
  "application/vnd.docker.distribution.manifest.v2+json",
  "application/vnd.oci.image.manifest.v1+json",
].join(", ");

/** Plays the registries of the stacks: their sign-in and their imports. Their images are in one registry of this machine. */
export class PlayedRegistries {
  readonly imported: Imported[] = [];

  constructor(
    private readonly registry: string,
    private readonly entra: PlayedEntra,
    private readonly facts: () => readonly StackFacts[],
  ) {}

  /** A registry's own password for a token of Resource Manager, which comes as a field of the form. */
  exchange({ url: { hostname: host }, body, response }: Call): void {
    const form = new URLSearchParams(body);
    const token = form.get("access_token") ?? "";
    const client =
      token === tokenOfProvider
        ? "provider"
        : this.entra.clientOfToken(token, ["https://management.azure.com"]);
    if (form.get("grant_type") === "access_token" && form.get("service") === host && client !== undefined)
      return sendJson(response, 200, { refresh_token: this.entra.token(`https://${host}`, client) });
    sendJson(response, 401, { errors: [{ code: "UNAUTHORIZED", message: "no token of this tenant" }] });
  }

  /** Whether a docker client is signed in where it pushes to. */
  mayPush(body: string): boolean {
    const { host, password } = JSON.parse(body) as { host: string; password: string };
    const known = this.facts().some(({ registries }) => registries.some((each) => each.host === host));
    return known && this.entra.clientOfToken(password, [`https://${host}`]) !== undefined;
  }

  /** An import is accepted at once; where it is at, its location says. */
  async importImage({ url, body, response }: Call): Promise<void> {
    const id = url.pathname.replace(/\/importImage$/, "");
    const { source } = JSON.parse(body) as { source: { resourceId: string; sourceImage: string } };
    const owner = (registryId: string): StackFacts | undefined =>
      this.facts().find(({ registries }) => registries.some((each) => each.id === registryId));
    const [to, from] = [owner(id), owner(source.resourceId)];
    if (to === undefined || from === undefined || !(await this.hasImage(source.sourceImage)))
      return sendJson(response, 404, {
        error: { code: "ManifestUnknown", message: `${url.pathname} ${body}` },
      });
    this.imported.push({ to: to.name, from: from.name, sourceImage: source.sourceImage });
    const location = "https://management.azure.com/operations/import?api-version=1";
    response.writeHead(202, { location, "retry-after": "0" }).end();
  }

  private async hasImage(image: string): Promise<boolean> {
    const [repository, digest] = image.split("@");
    const address = `http://${this.registry}/v2/${repository}/manifests/${digest}`;
    return (await fetch(address, { method: "HEAD", headers: { accept: manifestTypes } })).ok;
  }
}
