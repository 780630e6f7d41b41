import { chmod, cp, mkdir, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ImagePackage } from "./bundle";
import { bundle } from "./bundle";
import { layOutModels } from "./models";
import { repository } from "./repository";
import { copyNativePackages, licenceTexts, nativePackages } from "./native-packages";

export const imageKinds = ["scoring", "training", "dashboard"] as const;
export type ImageKind = (typeof imageKinds)[number];

/** Folders of the sources of each image beside platform/, build/ and models/; its Dockerfile is in the first. */
export const imageFolders: Readonly<Record<ImageKind, readonly [string, ...string[]]>> = {
  scoring: ["scoring"],
  training: ["training"],
  dashboard: ["cli", "deploy", "scoring", "training"],
};

/** Where the built programs go. */
export const distDirectory = path.join(repository, "dist");

/** The programs of each image, by the name of their file. */
const programs: Readonly<Record<ImageKind, Readonly<Record<string, string>>>> = {
  scoring: {
    server: "scoring/process/container-main.ts",
    // A thread of the service, which looks for its file beside the service's.
    "prediction-worker": "platform/predictions/prediction-worker.ts",
    "health-thread": "scoring/process/health-thread.ts",
    "health-check": "scoring/process/health-check.ts",
    "check-package": "scoring/process/check-package.ts",
  },
  training: { main: "training/job/main.ts" },
  dashboard: { main: "cli/main.ts" },
};

/** Packages that the programs load from node_modules as they are. */
const external: Readonly<Record<ImageKind, readonly string[]>> = {
  scoring: ["onnxruntime-node"],
  training: ["onnxruntime-node", "@duckdb/node-api"],
  dashboard: ["onnxruntime-node", "@duckdb/node-api"],
};

/** What releases work with: a web app reads and updates no stacks, and tests nothing. A verb that would fails. */
const absent = ["@pulumi/pulumi/*", "@azure/arm-containerregistry", "autocannon", "esbuild"];

/** Files of the repository that an image has beside its program. */
const files: Readonly<Record<ImageKind, readonly string[]>> = {
  scoring: [],
  training: [],
  dashboard: ["package.json", "environments.yml"],
};

/**
 * The same rights and times for every file and folder, but that programs stay such: equal content is then an equal layer, whoever builds
 * it and when. Times are those that a zip archive starts at.
 */
export async function makeUniform(directory: string): Promise<void> {
  const time = new Date("1980-01-01T00:00:00Z");
  for (const entry of await readdir(directory, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    const isRun = entry.isDirectory() || ((await stat(file)).mode & 0o100) !== 0;
    await chmod(file, isRun ? 0o755 : 0o644);
    await utimes(file, time, time);
  }
  await chmod(directory, 0o755);
  await utimes(directory, time, time);
}

/**
 * Builds what an image runs into `directory`: `app/`, `node_modules/`, `models/`; returns the packages that are in it. `models` is the folder
 * of the definitions, this repository's unless another is given.
 */
export async function buildApp(kind: ImageKind, directory: string, models?: string): Promise<ImagePackage[]> {
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  const app = path.join(directory, "app");
  const bundled = await bundle({
    programs: programs[kind],
    native: external[kind],
    ...(kind === "dashboard" && { absent }),
    outputDirectory: app,
  });
  const copied = await copyNativePackages(nativePackages[kind], path.join(directory, "node_modules"));
  if (kind !== "scoring") {
    await layOutModels(path.join(directory, "models"), { models, programs: kind === "training" });
  }
  for (const file of files[kind]) await cp(path.join(repository, file), path.join(directory, file));
  const packages = [...bundled, ...copied].sort((one, other) => (one.folder < other.folder ? -1 : 1));
  const texts = await licenceTexts(packages, (file) => readFile(file, "utf8"));
  await writeFile(path.join(app, "third-party-licences.txt"), texts);
  await makeUniform(directory);
  return packages;
}
