import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { version as esbuildVersion } from "esbuild";
import type { PackagedRelease } from "../platform/release/deployment";
import { PlatformError } from "../platform/base/errors";
import {
  digestOf,
  digestOfDirectory,
  digestOfFile,
  shortDigest,
  toStoredJson,
  writeJson,
} from "../platform/base/files";
import { predicateTypes } from "../platform/oci/attestation";
import { signPushedImage } from "../platform/oci/sign-image";
import type { SigningKey } from "../platform/signing/key-signature";
import { buildApp, distDirectory, imageFolders, type ImageKind } from "./app";
import { repository } from "./repository";
import { completeContext, stageOf } from "./context";
import type { RegistryLogin } from "../platform/oci/docker-credentials";
import { signedIn } from "./docker-login";
import { docker, hasImage, inspectImage, type ImageFacts } from "./docker";
import { listPythonPackages } from "./python-packages";
import { provenanceOf, type Material } from "./provenance";
import { imageSbom, type Sbom } from "./sbom";
import { sourceVersion, type SourceVersion } from "./source";

export interface ImageRequest {
  readonly kind: ImageKind;
  /** The version that a scoring image serves. */
  readonly release?: PackagedRelease | undefined;
  /** Folder of the models' definitions and programs; this repository's, unless another is given. */
  readonly models?: string | undefined;
  /** Image with Node.js that the image stands on. */
  readonly nodeImage: string;
  /** Host and path of the registry to push to; without it the image stays in the engine. */
  readonly registry?: string | undefined;
  /** Sign-in to that registry; without it the docker command's own. */
  readonly login?: RegistryLogin | undefined;
  /** URI of who builds, for the provenance. */
  readonly builder: string;
  /** What the pushed image, its bill of materials and its provenance are signed with; they are not without it. */
  readonly signingKey?: SigningKey | undefined;
}

/** An image that was built, with its documents beside this record in `directory`. */
export interface BuiltImage {
  readonly kind: ImageKind;
  readonly model?: string;
  /** Repository and tag; the tag is made of the content. */
  readonly reference: string;
  /** Digest of the image's configuration: what an engine knows it by. */
  readonly id: string;
  /** `repository@sha256:...`: what a registry knows it by, once pushed. */
  readonly pinned?: string;
  /** Folder with sbom.cdx.json, provenance.json and image.json. */
  readonly directory: string;
}

interface Base {
  readonly reference: string;
  readonly digest: string;
  readonly nodeVersion: string;
}

const systems = { x64: "amd64", arm64: "arm64" } as const;

/** The base image as the engine has it; it is pulled when it is not there. */
async function openBase(reference: string): Promise<Base> {
  if (!(await hasImage(reference))) await docker(["pull", reference]);
  const { id, repositoryDigests, architecture } = await inspectImage(reference);
  const expected = systems[process.arch as keyof typeof systems];
  if (architecture !== expected) {
    throw new PlatformError(
      "USAGE",
      `${reference} is for ${architecture}, this machine is ${process.arch}. Native libraries are taken from this machine's node_modules. Build on the architecture the image is for.`,
    );
  }
  const run = ["run", "--rm", "--network", "none", "--entrypoint", "node", reference, "--version"];
  const nodeVersion = (await docker(run)).replace(/^v/, "");
  return { reference, digest: repositoryDigests[0]?.split("@")[1] ?? id, nodeVersion };
}

function repositoryOf({ kind, release, registry }: ImageRequest): string {
  const name = ["mlops", kind, release?.model.split(":")[0]].filter((part) => part !== undefined).join("-");
  return registry === undefined ? name : `${registry}/${name}`;
}

function labelArguments(request: ImageRequest, source: SourceVersion, base: Base): string[] {
  const { kind, release } = request;
  const labels = {
    NODE_IMAGE: base.reference,
    NODE_IMAGE_DIGEST: base.digest,
    TITLE: release ? `${kind} ${release.model}` : kind,
    VERSION: release ? release.model.replace(":", "-") : source.version,
    REVISION: source.revision,
    CREATED: source.createdAt,
  };
  return Object.entries(labels).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
}

/** The manifest's digest after a push of the tag. */
async function push(reference: string, repositoryName: string, login?: RegistryLogin): Promise<string> {
  const words = ["push", "--quiet", reference];
  const [host = ""] = reference.split("/");
  if (login === undefined) await docker(words);
  else await signedIn(host, login, (variables) => docker(words, variables));
  const { repositoryDigests } = await inspectImage(reference);
  const pinned = repositoryDigests.find((digest) => digest.startsWith(`${repositoryName}@`));
  if (pinned !== undefined) return pinned;
  throw new PlatformError(
    "DEPLOYMENT_FAILED",
    `The engine does not say what digest ${reference} has in its registry. Look at the registry, and push again.`,
  );
}

/** Builds an image, pushes it when asked to, and writes its bill of materials and provenance. */
export async function buildImage(request: ImageRequest): Promise<BuiltImage> {
  const startedAt = new Date().toISOString();
  const { kind, release } = request;
  const dockerfile = path.join(repository, imageFolders[kind][0], "Dockerfile");
  const context = path.join(distDirectory, `.context-${kind}-${process.pid}`);
  try {
    const packages = await buildApp(kind, context, request.models);
    await completeContext(kind, context, release);
    const [source, base] = [await sourceVersion(), await openBase(request.nodeImage)];
    const stage = await stageOf(kind, context);
    const args = [
      ...labelArguments(request, source, base),
      ...(stage === undefined ? [] : ["--target", stage]),
    ];
    const content = await digestOfDirectory(context);
    const digest = digestOf([content, await digestOfFile(dockerfile), ...args].join("\n"));
    const repositoryName = repositoryOf(request);
    const tag = [release?.model.split(":")[1], shortDigest(digest)].filter(Boolean).join("-");
    const reference = `${repositoryName}:${tag}`;
    // The tag says all that is in the image, so one that is there is the one that would be built.
    if (!(await hasImage(reference))) {
      await docker([
        "build",
        "--network",
        // Python's packages are fetched, as this machine would: an index or a proxy may listen on it alone.
        stage === "python" ? "host" : "none",
        "--file",
        dockerfile,
        "--tag",
        reference,
        ...args,
        context,
      ]);
    }
    const pinned =
      request.registry === undefined ? undefined : await push(reference, repositoryName, request.login);
    const facts = await inspectImage(reference);
    const sbom = await imageSbom(
      {
        image: repositoryName,
        version: tag,
        createdAt: source.createdAt,
        nodeVersion: base.nodeVersion,
        nodeImage: base,
        pythonPackages: stage === "python" ? await listPythonPackages(reference) : [],
        ...(release && { model: { reference: release.model, digest: release.digest } }),
      },
      packages,
    );
    return await writeDocuments(request, {
      startedAt,
      repositoryName,
      reference,
      pinned,
      facts,
      base,
      source,
      sbom,
    });
  } finally {
    await rm(context, { recursive: true, force: true });
  }
}

interface Outcome {
  readonly startedAt: string;
  readonly repositoryName: string;
  readonly reference: string;
  readonly pinned: string | undefined;
  readonly facts: ImageFacts;
  readonly base: Base;
  readonly source: SourceVersion;
  readonly sbom: Sbom;
}

async function materialsOf({ release }: ImageRequest, { base, source }: Outcome): Promise<Material[]> {
  const commit = source.revision.replace(/-dirty$/, "");
  return [
    ...(commit === "" ? [] : [{ name: "source", digest: { gitCommit: commit } }]),
    {
      name: "package-lock.json",
      digest: { sha256: await digestOfFile(path.join(repository, "package-lock.json")) },
    },
    { name: "base image", uri: base.reference, digest: { sha256: base.digest.replace("sha256:", "") } },
    ...(release ? [{ name: `package of ${release.model}`, digest: { sha256: release.digest } }] : []),
  ];
}

/** Writes the documents of an image into a folder of its tag's name. */
async function writeDocuments(request: ImageRequest, outcome: Outcome): Promise<BuiltImage> {
  const { kind, release, builder, nodeImage, registry } = request;
  const { reference, repositoryName, pinned, facts, sbom } = outcome;
  const directory = path.join(distDirectory, "images", path.basename(reference).replace(":", "-"));
  await mkdir(directory, { recursive: true });
  const sbomText = toStoredJson(sbom);
  await writeFile(path.join(directory, "sbom.cdx.json"), sbomText);
  const provenance = provenanceOf({
    image: repositoryName,
    imageDigest: (pinned?.split("@")[1] ?? facts.id).replace("sha256:", ""),
    pushed: pinned !== undefined,
    builder,
    builderVersions: {
      node: process.versions.node,
      esbuild: esbuildVersion,
      docker: await docker(["version", "--format", "{{.Server.Version}}"]),
    },
    startedAt: outcome.startedAt,
    finishedAt: new Date().toISOString(),
    parameters: {
      kind,
      nodeImage,
      revision: outcome.source.revision,
      ...(release && { model: release.model }),
      ...(registry !== undefined && { registry }),
    },
    materials: await materialsOf(request, outcome),
    sbom: { document: sbom, digest: digestOf(sbomText) },
  });
  await writeJson(path.join(directory, "provenance.json"), provenance);
  if (pinned !== undefined && request.signingKey !== undefined)
    await signPushedImage(
      pinned,
      [
        { type: predicateTypes.sbom, document: sbom },
        { type: predicateTypes.provenance, document: provenance.predicate },
      ],
      { key: request.signingKey, login: request.login },
    );
  const built: BuiltImage = {
    kind,
    ...(release && { model: release.model }),
    reference,
    id: facts.id,
    ...(pinned !== undefined && { pinned }),
    directory,
  };
  await writeJson(path.join(directory, "image.json"), built);
  return built;
}
