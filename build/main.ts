import path from "node:path";
import { listFiles } from "../platform/base/files";
import { buildApp, distDirectory, imageKinds } from "./app";

/** `npm run build [-- <folder> [<image>]]`: the programs of all images, or one, as JavaScript in dist/ or another folder. */
async function main(target = distDirectory, only?: string): Promise<void> {
  for (const kind of imageKinds.filter((each) => only === undefined || each === only)) {
    const directory = path.resolve(target, kind);
    const packages = await buildApp(kind, directory);
    const files = await listFiles(directory);
    process.stdout.write(`${directory}: ${files.length} files, parts of ${packages.length} packages\n`);
  }
}

void main(process.argv[2], process.argv[3]);
