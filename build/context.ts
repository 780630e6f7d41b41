import { cp, mkdir, rename } from "node:fs/promises";
import path from "node:path";
import type { PackagedRelease } from "../platform/release/deployment";
import { makeUniform, type ImageKind } from "./app";
import { needPython } from "./models";

/** Layers of an image by their folder in the context, each with what goes below /srv. */
const layers: Readonly<Record<ImageKind, Readonly<Record<string, readonly string[]>>>> = {
  scoring: { native: ["node_modules"], programs: ["app"] },
  training: { native: ["node_modules"], programs: ["app"], definitions: ["models"] },
  dashboard: {
    native: ["node_modules"],
    programs: ["app", "package.json", "environments.yml"],
    definitions: ["models"],
  },
};

/** Folder in the image's root for what the image writes. */
const writable: Readonly<Record<ImageKind, string>> = {
  scoring: "spool",
  training: "work",
  dashboard: "work",
};

/**
 * Makes an app's folder the context of a build. Each layer is a tree that starts at the root, and is copied as such:
 * the folders on the way then have the tree's times too and not those of the build, so that equal content is an equal
 * layer on every machine.
 */
export async function completeContext(
  kind: ImageKind,
  context: string,
  release?: PackagedRelease,
): Promise<void> {
  for (const [layer, folders] of Object.entries(layers[kind])) {
    await mkdir(path.join(context, layer, "srv"), { recursive: true });
    for (const folder of folders) {
      await rename(path.join(context, folder), path.join(context, layer, "srv", folder));
    }
  }
  await mkdir(path.join(context, "writable", writable[kind]), { recursive: true });
  if (release) {
    await cp(release.package, path.join(context, "package", "srv", "package"), { recursive: true });
  }
  await makeUniform(context);
}

/** Stage of a kind's Dockerfile, for a context that is complete: with Python, where one of its models is fitted by it. */
export async function stageOf(kind: ImageKind, context: string): Promise<string | undefined> {
  if (kind !== "training") return undefined;
  return (await needPython(path.join(context, "definitions", "srv", "models"))) ? "python" : "plain";
}
