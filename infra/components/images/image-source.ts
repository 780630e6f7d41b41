import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { buildApp, distDirectory, imageFolders, type ImageKind } from "../../../build/app";
import { completeContext, stageOf } from "../../../build/context";
import { repository } from "../../../build/repository";
import { sourceVersionOf } from "../../../build/source";
import type { PackagedRelease } from "../../../platform/release/deployment";
import { PlatformError, systemErrorCode } from "../../../platform/base/errors";
import {
  digestOf,
  digestOfDirectory,
  digestOfFile,
  fileExists,
  findJson,
  shortDigest,
  writeJson,
} from "../../../platform/base/files";
import { listDefinitions, loadDefinition, modelsDirectory } from "../../../platform/definition/definitions";
import type { BuildSource } from "./image";

/** Record of a build context: digest of the inputs, and of the content made from them. The same inputs give the same content. */
const recordSchema = z.object({ inputs: z.string(), content: z.string() });

const packageSchema = z.object({ model: z.string(), modelDigest: z.string() });

/** Sources of the images, relative to the repository; npm's own list stands for node_modules. */
const sourceFolders = ["build", "models", "platform"] as const;
const sourceFiles = ["package-lock.json", "node_modules/.package-lock.json", "tsconfig.json"] as const;

export interface LayOutRequest {
  readonly kind: ImageKind;
  /** Base image with Node.js. */
  readonly nodeImage: string;
  /** Folder of the package (`mlops package`) in a scoring image. */
  readonly package?: string;
  /** Folder of the build contexts. */
  readonly directory?: string;
}

/** A build, and the registry repository of its image. */
export interface ImageSource extends BuildSource {
  readonly repository: string;
}

async function findPackage(folder: string | undefined): Promise<PackagedRelease | undefined> {
  if (folder === undefined) return undefined;
  const manifest = await findJson(path.join(folder, "package.json"));
  const read = packageSchema.safeParse(manifest);
  if (!read.success) {
    throw new PlatformError(
      "NOT_FOUND",
      `${folder} is not a model package. Expected the folder that \`mlops package <model:version>\` prints. Run: pulumi config set mlops:scoringPackage <folder>`,
    );
  }
  return { model: read.data.model, package: folder, digest: digestOf(JSON.stringify(manifest)) };
}

/** Digest of all inputs of a context; a second faster than building the context. */
async function digestOfInputs(kind: ImageKind, release: PackagedRelease | undefined): Promise<string> {
  const parts: string[] = [process.versions.node, process.arch];
  for (const folder of [...sourceFolders, ...imageFolders[kind]]) {
    parts.push(`${folder} ${await digestOfDirectory(path.join(repository, folder))}`);
  }
  for (const file of sourceFiles) parts.push(`${file} ${await digestOfFile(path.join(repository, file))}`);
  if (release) parts.push(`package ${await digestOfDirectory(release.package)}`);
  return digestOf(parts.join("\n"));
}

/**
 * Git's pathspecs of what an image consists of. The data of models is no part of it: with another commit in its labels, every one of
 * them would be another image.
 */
async function pathsOf(kind: ImageKind): Promise<string[]> {
  const models = path.relative(repository, modelsDirectory);
  const data: string[] = [];
  for (const name of await listDefinitions(modelsDirectory)) {
    const { definition } = await loadDefinition(name, undefined, modelsDirectory);
    data.push(`:(exclude)${path.posix.join(models, name, definition.data)}`);
  }
  const files = ["package.json", "package-lock.json", "tsconfig.json", "environments.yml"];
  return [...sourceFolders, ...imageFolders[kind], ...files, ...data];
}

/** Moves a finished folder to its place, unless a concurrent update has already put the same content there. */
async function settle(made: string, place: string): Promise<void> {
  try {
    await rename(made, place);
  } catch (error) {
    if (!["EEXIST", "ENOTEMPTY"].includes(systemErrorCode(error) ?? "")) throw error;
  }
}

/** Creates the context in a folder named after its content; returns the content's digest. */
async function makeContext(
  kind: ImageKind,
  directory: string,
  release: PackagedRelease | undefined,
): Promise<string> {
  const making = await mkdtemp(path.join(directory, `.${kind}-`));
  try {
    await buildApp(kind, making);
    await completeContext(kind, making, release);
    const content = await digestOfDirectory(making);
    await settle(making, contextFolder(directory, kind, content));
    return content;
  } finally {
    await rm(making, { recursive: true, force: true });
  }
}

function contextFolder(directory: string, kind: ImageKind, content: string): string {
  return path.join(directory, `${kind}-${shortDigest(content)}`);
}

/** The context's digest; reuses the last one if neither the inputs nor the folder have changed. */
async function contentOf(
  kind: ImageKind,
  directory: string,
  release: PackagedRelease | undefined,
): Promise<string> {
  const record = path.join(directory, `${kind}.json`);
  const inputs = await digestOfInputs(kind, release);
  const last = recordSchema.safeParse(await findJson(record)).data;
  const place = contextFolder(directory, kind, last?.content ?? "");
  if (
    last?.inputs === inputs &&
    (await fileExists(place)) &&
    (await digestOfDirectory(place)) === last.content
  )
    return last.content;
  await mkdir(directory, { recursive: true });
  // The existing folder is from another build, or damaged.
  if (last) await rm(place, { recursive: true, force: true });
  const content = await makeContext(kind, directory, release);
  await writeJson(record, { inputs, content });
  return content;
}

/** Prepares an image's build context in a permanent folder under dist/; the same content gives the same folder and tag. */
export async function layOutImage(request: LayOutRequest): Promise<ImageSource> {
  const { kind, nodeImage, directory = path.join(distDirectory, "contexts") } = request;
  if (process.platform !== "linux" || process.arch !== "x64") {
    throw new PlatformError(
      "USAGE",
      `The ${kind} image is for linux/amd64, but its libraries come from this machine's node_modules, which are for ${process.platform}/${process.arch}. Build the image in a pipeline, and name it: pulumi config set mlops:${kind}Image <reference>`,
    );
  }
  const release = await findPackage(request.package);
  if (kind === "scoring" && release === undefined) {
    throw new PlatformError(
      "USAGE",
      "A scoring image holds one model version, and no package is set. Run: pulumi config set mlops:scoringPackage <folder>",
    );
  }
  const content = await contentOf(kind, directory, release);
  const dockerfile = path.join(repository, imageFolders[kind][0], "Dockerfile");
  const { version, revision, createdAt } = await sourceVersionOf(await pathsOf(kind));
  const buildArgs = {
    NODE_IMAGE: nodeImage,
    NODE_IMAGE_DIGEST: nodeImage.split("@")[1] ?? "",
    TITLE: release ? `${kind} ${release.model}` : kind,
    VERSION: release ? release.model.replace(":", "-") : version,
    REVISION: revision,
    CREATED: createdAt,
  };
  const context = contextFolder(directory, kind, content);
  const target = await stageOf(kind, context);
  const made = [content, await digestOfFile(dockerfile), JSON.stringify({ ...buildArgs, target })];
  const digest = digestOf(made.join("\n"));
  const [model, modelVersion] = release?.model.split(":") ?? [];
  return {
    context,
    dockerfile,
    buildArgs,
    ...(target !== undefined && { target }),
    repository: ["mlops", kind, model].filter(Boolean).join("-"),
    tag: [modelVersion, shortDigest(digest)].filter(Boolean).join("-"),
  };
}
