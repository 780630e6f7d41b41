import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Plugin } from "esbuild";
import { repository } from "./repository";

/** A package of a lock file, by the folder that it is in. */
type LockedPackages = Readonly<Record<string, { readonly version?: string; readonly dev?: boolean }>>;

async function readLockedPackages(): Promise<LockedPackages> {
  const text = await readFile(path.join(repository, "package-lock.json"), "utf8");
  return (JSON.parse(text) as { packages: LockedPackages }).packages;
}

/**
 * Packages, as `name@version`, that are there for more than development. One that is in several folders counts when one of them is: npm's
 * own list tells of the first alone.
 */
export function productionPackages(packages: LockedPackages): ReadonlySet<string> {
  return new Set(
    Object.entries(packages).flatMap(([folder, { version, dev }]) => {
      const name = folder.split("node_modules/").at(-1);
      return dev === true || !name || version === undefined ? [] : [`${name}@${version}`];
    }),
  );
}

/** The same of this repository. */
export async function readProductionPackages(): Promise<ReadonlySet<string>> {
  return productionPackages(await readLockedPackages());
}

/** Folders, relative to the repository, of the packages that are there for development alone. */
async function developmentFolders(): Promise<ReadonlySet<string>> {
  const packages = await readLockedPackages();
  return new Set(
    Object.entries(packages)
      .filter(([, { dev }]) => dev === true)
      .map(([folder]) => folder),
  );
}

/** The folder of the package that a file belongs to, relative to the repository; undefined for a file of our own. */
export function packageFolderOf(file: string): string | undefined {
  return /^(.*node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file)?.[1];
}

/**
 * Makes packages that are installed for development alone as absent as they are in production. A package may ask
 * whether one is there (debug does, of supports-color); code of our own may not need one, and is refused.
 */
export async function withoutDevelopmentPackages(): Promise<Plugin> {
  const development = await developmentFolders();
  const checked = Symbol("checked");
  return {
    name: "without-development-packages",
    setup(build) {
      build.onResolve(
        { filter: /^[^./]/ },
        async ({ path: specifier, importer, kind, resolveDir, pluginData }) => {
          if (pluginData === checked || kind === "entry-point") return undefined;
          const found = await build.resolve(specifier, { importer, kind, resolveDir, pluginData: checked });
          // esbuild says so itself, but where the package goes on without it: behind a try.
          if (found.errors.length > 0) return undefined;
          const file = path.relative(repository, found.path).split(path.sep).join("/");
          const folder = found.external ? undefined : packageFolderOf(file);
          if (folder === undefined || !development.has(folder)) return found;
          if (importer.includes("node_modules")) return { path: specifier, external: true };
          const text = `"${specifier}" is there for development alone; an image does not have it. Make it a dependency.`;
          return { errors: [{ text }] };
        },
      );
    },
  };
}
