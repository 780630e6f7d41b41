import { cp, mkdir, readdir } from "node:fs/promises";
import path from "node:path";
import type { ImagePackage } from "./bundle";
import { readPackage } from "./bundle";
import { repository } from "./repository";

/** What an image needs of a package that cannot be bundled: files and folders relative to the package's own. */
interface NativePackage {
  readonly name: string;
  readonly parts: readonly string[];
}

/** Of the ONNX runtime only the processor's own library is taken: the package has 290 MB for all systems. */
function onnxRuntime(arch: string): NativePackage[] {
  return [
    { name: "onnxruntime-node", parts: ["package.json", "dist", `bin/napi-v6/linux/${arch}`] },
    { name: "onnxruntime-common", parts: ["package.json", "dist/cjs"] },
  ];
}

function duckDb(arch: string): NativePackage[] {
  return [
    { name: "@duckdb/node-api", parts: ["package.json", "LICENSE", "lib"] },
    { name: "@duckdb/node-bindings", parts: ["package.json", "LICENSE", "duckdb.js"] },
    {
      name: `@duckdb/node-bindings-linux-${arch}`,
      parts: ["package.json", "LICENSE", "duckdb.node", "libduckdb.so"],
    },
    { name: "detect-libc", parts: ["package.json", "LICENSE", "lib"] },
  ];
}

const both = [...onnxRuntime(process.arch), ...duckDb(process.arch)];

/** Native packages of each image, for the processor that the image is for. */
export const nativePackages = {
  scoring: onnxRuntime(process.arch),
  training: both,
  dashboard: both,
} as const;

/** Types and maps are for people who write programs, not for one that runs. */
const notNeeded = /\.(map|ts|mts|cts|md)$/;

/** Copies what an image needs of its native packages into a node_modules folder; returns the packages. */
export async function copyNativePackages(
  packages: readonly NativePackage[],
  nodeModules: string,
): Promise<ImagePackage[]> {
  const copied: ImagePackage[] = [];
  for (const { name, parts } of packages) {
    const folder = `node_modules/${name}`;
    copied.push(await readPackage(folder));
    for (const part of parts) {
      const target = path.join(nodeModules, name, part);
      await mkdir(path.dirname(target), { recursive: true });
      await cp(path.join(repository, folder, part), target, {
        recursive: true,
        dereference: true,
        filter: (file) => !notNeeded.test(file),
      });
    }
  }
  return copied;
}

/** Licence texts of packages, in one file's text: bundling them leaves theirs behind. */
export async function licenceTexts(packages: readonly ImagePackage[], read: ReadText): Promise<string> {
  const sections: string[] = [];
  for (const { name, version, folder } of packages) {
    // Some have a folder of the licences of what they took from others.
    const files = (await readdir(path.join(repository, folder), { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => path.relative(path.join(repository, folder), path.join(entry.parentPath, entry.name)))
      .filter((file) =>
        /^(licen[cs]e|copying|notice|thirdpartynotices)[^/]*$|^licen[cs]es\/[^/]+$/i.test(file),
      );
    const texts = await Promise.all(files.sort().map((file) => read(path.join(repository, folder, file))));
    sections.push([`${name} ${version}`, "", ...texts.map((text) => text.trim())].join("\n"));
  }
  return `${sections.join(`\n\n${"-".repeat(80)}\n\n`)}\n`;
}

type ReadText = (file: string) => Promise<string>;
