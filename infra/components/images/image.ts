import * as authorization from "@pulumi/azure-native/authorization";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import { tokenUser } from "../../../platform/azure/container-registry";
import { signInToRegistry } from "./registry-login";

/** What an image is built from. `layOutImage` makes it. */
export interface BuildSource {
  /** Folder with all that goes into the image. */
  readonly context: string;
  readonly dockerfile: string;
  /** Made of the content. */
  readonly tag: string;
  readonly buildArgs: Readonly<Record<string, string>>;
}

export interface ImageArgs {
  readonly registry: { readonly loginServer: pulumi.Input<string> };
  /** Name in the registry, without its address. */
  readonly repository: string;
  /** What to build, or an image by its digest that a build has pushed already. */
  readonly source: BuildSource | { readonly reference: string };
  /** The identity that runs the update, or whatever the Docker client is signed in with. */
  readonly login: "entra" | "docker";
}

/** Absolute paths would make the update of every other clone a change. */
function fromHere(file: string): string {
  return path.relative(process.cwd(), file).split(path.sep).join("/");
}

function signIn({ login, registry: { loginServer } }: ImageArgs): Pick<dockerBuild.ImageArgs, "registries"> {
  if (login === "docker") return {};
  // Nothing is pushed in a preview, and who previews may not be allowed to. The provider does not compare passwords.
  const password = pulumi.runtime.isDryRun()
    ? pulumi.output("")
    : pulumi
        .all([loginServer, authorization.getClientTokenOutput()])
        .apply(([address, { token }]) => signInToRegistry({ url: `https://${address}`, token }));
  return { registries: [{ address: loginServer, username: tokenUser, password: pulumi.secret(password) }] };
}

/**
 * An image in the registry, by its digest. It is built with @pulumi/docker-build: Pulumi develops that one on, where
 * @pulumi/docker stays on the builder that Docker itself has left. It speaks to BuildKit, hashes what the build really
 * sends, says the digest that was pushed, and leaves a preview without an engine.
 */
export class Image extends pulumi.ComponentResource {
  /** `registry/repository@sha256:...`. */
  readonly reference: pulumi.Output<string>;

  constructor(name: string, args: ImageArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mlops:infra:Image", name, {}, opts);

    const { registry, repository, source } = args;
    this.reference =
      "reference" in source
        ? pulumi.output(source.reference)
        : pulumi.interpolate`${registry.loginServer}/${repository}@${this.build(name, args, source).digest}`;
    this.registerOutputs({ reference: this.reference });
  }

  private build(name: string, args: ImageArgs, source: BuildSource): dockerBuild.Image {
    const { registry, repository } = args;
    return new dockerBuild.Image(
      name,
      {
        push: true,
        buildOnPreview: false,
        platforms: ["linux/amd64"],
        context: { location: fromHere(source.context) },
        dockerfile: { location: fromHere(source.dockerfile) },
        buildArgs: { ...source.buildArgs },
        tags: [pulumi.interpolate`${registry.loginServer}/${repository}:${source.tag}`],
        ...signIn(args),
      },
      // An older image may still serve; and the sign-in that it was pushed with is over when it would be deleted.
      { parent: this, retainOnDelete: true },
    );
  }
}
