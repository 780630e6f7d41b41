import * as authorization from "@pulumi/azure-native/authorization";
import * as dockerBuild from "@pulumi/docker-build";
import * as pulumi from "@pulumi/pulumi";
import path from "node:path";
import { tokenUser } from "../../../platform/azure/container-registry";
import { signInToRegistry } from "./registry-login";

/** Inputs of an image build, from `layOutImage`. */
export interface BuildSource {
  /** Folder with everything that goes into the image. */
  readonly context: string;
  readonly dockerfile: string;
  /** Derived from the content. */
  readonly tag: string;
  readonly buildArgs: Readonly<Record<string, string>>;
  /** Stage of the Dockerfile, unless it is the last. */
  readonly target?: string;
}

export interface ImageArgs {
  readonly registry: { readonly loginServer: pulumi.Input<string> };
  /** Repository name, without the registry's address. */
  readonly repository: string;
  /** What to build, or the digest reference of an image that a build has already pushed. */
  readonly source: BuildSource | { readonly reference: string };
  /** `entra` signs in as the identity that runs the update, `docker` uses the Docker client's own login. */
  readonly login: "entra" | "docker";
}

/** A relative path: with absolute ones, updating from another clone would be a change. */
function fromHere(file: string): string {
  return path.relative(process.cwd(), file).split(path.sep).join("/");
}

function signIn({ login, registry: { loginServer } }: ImageArgs): Pick<dockerBuild.ImageArgs, "registries"> {
  if (login === "docker") return {};
  // A preview pushes nothing, and its identity may not be allowed to. The provider does not compare passwords.
  const password = pulumi.runtime.isDryRun()
    ? pulumi.output("")
    : pulumi
        .all([loginServer, authorization.getClientTokenOutput()])
        .apply(([address, { token }]) => signInToRegistry({ url: `https://${address}`, token }));
  return { registries: [{ address: loginServer, username: tokenUser, password: pulumi.secret(password) }] };
}

/**
 * An image in the registry, by digest. It is built with @pulumi/docker-build, which Pulumi actively develops, whereas
 * @pulumi/docker uses Docker's legacy builder. docker-build uses BuildKit, hashes what the build really sends, reports the
 * pushed digest, and needs no engine for a preview.
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
        ...(source.target !== undefined && { target: source.target }),
        tags: [pulumi.interpolate`${registry.loginServer}/${repository}:${source.tag}`],
        ...signIn(args),
      },
      // An older image may still be serving, and its login has expired by the time it would be deleted.
      { parent: this, retainOnDelete: true },
    );
  }
}
