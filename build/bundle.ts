import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { Metafile, Plugin } from "esbuild";
import { build as bundleFiles } from "esbuild";
import { PlatformError } from "../platform/base/errors";
import { packageFolderOf, withoutDevelopmentPackages } from "./dev-packages";
import { repository } from "./repository";

/**
 * Packages that few deployments use and that are large. They go into a file of their own, which is read only when one
 * of them is asked for. OpenTelemetry's API is small, is loaded by prom-client in any case, and is made to be there
 * more than once: its copies meet in a global.
 */
const rarePackages = /^(@(azure|opentelemetry)\/|hive-driver$)/;
const sharedPackage = "@opentelemetry/api";

/** Name of that file, beside the programs. */
const rareFile = "rare-packages.js";

/** A package that is, whole or in part, in an image. */
export interface ImagePackage {
  readonly name: string;
  readonly version: string;
  /** Its folder, relative to the repository. */
  readonly folder: string;
}

export interface BundleRequest {
  /** Programs by name of the file they become, without its extension. */
  readonly programs: Readonly<Record<string, string>>;
  /** Packages with native libraries: they are copied beside the programs, not taken into them. */
  readonly native: readonly string[];
  /** Packages that programs ask for late, and that the image does not have. */
  readonly absent?: readonly string[];
  readonly outputDirectory: string;
}

const options = {
  bundle: true,
  platform: "node",
  // The oldest Node.js supported, whatever runs the build.
  target: "node20.19",
  format: "cjs",
  absWorkingDir: repository,
  minifySyntax: true,
  minifyWhitespace: true,
  // Names stay as they are written, so that a stack says where it was even without its map.
  keepNames: false,
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "none",
  metafile: true,
  logLevel: "warning",
  // import() becomes a late require(): the names that a CommonJS package exports are then all there.
  supported: { "dynamic-import": false },
} as const;

/** Leaves imports of rare packages, as ones of their file, to `linkRarePackages`; those that the image does not have stay as they are. */
const rarePackagesPlugin = (absent: readonly string[]): Plugin => ({
  name: "rare-packages",
  setup(build) {
    build.onResolve({ filter: rarePackages }, ({ path: specifier }) => {
      if (specifier === sharedPackage) return undefined;
      if (absent.includes(specifier)) return { path: specifier, external: true };
      return { path: `./${rareFile}?${specifier}`, external: true };
    });
  },
});

/**
 * Makes each `require("./rare-packages.js?@azure/identity")` a read of the file's property, which loads that one
 * package; adds the packages to `found`.
 */
function linkRarePackages(text: string, found: Set<string>): string {
  return text.replaceAll(/require\("\.\/rare-packages\.js\?([^"]+)"\)/g, (_match, specifier: string) => {
    found.add(specifier);
    return `require("./${rareFile}")[${JSON.stringify(specifier)}]`;
  });
}

/** Bundles programs to JavaScript, the rare packages apart; returns the packages that are in the files. */
export async function bundle(request: BundleRequest): Promise<ImagePackage[]> {
  const { programs, native, absent = [], outputDirectory } = request;
  const found = new Set<string>();
  await mkdir(outputDirectory, { recursive: true });
  const main = await bundleFiles({
    ...options,
    entryPoints: { ...programs },
    outdir: outputDirectory,
    // tsx is only asked for where the programs are TypeScript.
    external: [...native, ...absent, "tsx/cjs"],
    plugins: [rarePackagesPlugin(absent), await withoutDevelopmentPackages()],
    write: false,
  });
  for (const file of main.outputFiles) {
    const text = file.path.endsWith(".js") ? linkRarePackages(file.text, found) : file.contents;
    await writeFile(file.path, text);
  }
  const metafiles = [main.metafile];
  if (found.size > 0) metafiles.push(await bundleRarePackages([...found].sort(), outputDirectory));
  return packagesOf(metafiles);
}

async function bundleRarePackages(specifiers: readonly string[], outputDirectory: string): Promise<Metafile> {
  const getters = specifiers.map((specifier) => {
    const name = JSON.stringify(specifier);
    return `get ${name}() { return require(${name}); },`;
  });
  const { metafile } = await bundleFiles({
    ...options,
    stdin: { contents: `module.exports = {\n${getters.join("\n")}\n};`, resolveDir: repository },
    outfile: path.join(outputDirectory, rareFile),
    plugins: [await withoutDevelopmentPackages()],
  });
  return metafile;
}

/** Packages of which at least one byte is in an output. */
async function packagesOf(metafiles: readonly Metafile[]): Promise<ImagePackage[]> {
  const folders = new Set<string>();
  for (const { outputs } of metafiles) {
    for (const { inputs } of Object.values(outputs)) {
      for (const [file, { bytesInOutput }] of Object.entries(inputs)) {
        const folder = packageFolderOf(file);
        if (folder !== undefined && bytesInOutput > 0) folders.add(folder);
      }
    }
  }
  return Promise.all([...folders].sort().map(readPackage));
}

/** Name and version of the package in a folder of node_modules. */
export async function readPackage(folder: string): Promise<ImagePackage> {
  const file = path.join(repository, folder, "package.json");
  let text: string;
  try {
    text = await readFile(file, "utf8");
  } catch (cause) {
    throw new PlatformError(
      "NOT_FOUND",
      `${file} does not exist. An image holds the package for its own system. Run \`npm ci\` on a machine of the image's kind.`,
      { cause },
    );
  }
  const { name, version } = JSON.parse(text) as { name: string; version: string };
  return { name, version, folder };
}
