import { readdir } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { packagedReleaseSchema, type PackagedRelease } from "../../platform/release/deployment";
import { PlatformError } from "../../platform/base/errors";
import { fileExists, shortDigest, writeJson } from "../../platform/base/files";
import { parseModelRef } from "../../platform/definition/model-ref";
import { findRecord } from "../../platform/base/stored-record";
import type { LoadedDefinition } from "../../platform/definition/definitions";
import { packageModel } from "../../deploy/package/package";
import { runRecordSchema, type RunRecord } from "../runs/runs";
import { packagingOf } from "../session/packaging";
import type { Session } from "../session/session";

/**
 * `release.json`: a release on its way from one machine to the next, as a pipeline's artifact is: what it is made of, how
 * it did in the environments that test, who approved it, and what its canary showed.
 */
const releaseFileSchema = z.strictObject({
  /** The run that it belongs to; a machine that does not have the run creates it. */
  run: z.string().regex(/^[\w-]+$/),
  release: packagedReleaseSchema,
  tests: runRecordSchema.shape.tests,
  approval: runRecordSchema.shape.approval,
  canary: runRecordSchema.shape.canary,
});

export type ReleaseFile = Readonly<z.output<typeof releaseFileSchema>>;

const remedy = "Write it again with `mlops package <version> --output <file>`.";

/** One release of what several stages of a pipeline know of it: what each environment has shown. */
function mergeReleases(files: readonly [ReleaseFile, ...ReleaseFile[]]): ReleaseFile {
  const [first, ...others] = files;
  const other = others.find(({ run }) => run !== first.run);
  if (other !== undefined) {
    throw new PlatformError(
      "CONFLICT",
      `The files that were handed over are of two releases, those of the runs ${first.run} and ${other.run}. Expected one. Download the artifacts of one run of the pipeline to an empty folder.`,
    );
  }
  const tests = Object.assign({}, ...files.map((file) => file.tests)) as NonNullable<ReleaseFile["tests"]>;
  const approval = files.find((file) => file.approval !== undefined)?.approval;
  // Of several attempts the last one's.
  const canary = files.findLast((file) => file.canary !== undefined)?.canary;
  return {
    ...first,
    ...(Object.keys(tests).length > 0 && { tests }),
    ...(approval && { approval }),
    ...(canary && { canary }),
  };
}

/** A file, and the folder that it lies in. */
interface Handed {
  readonly folder: string;
  readonly release: ReleaseFile;
}

/** Files of this name in the folders beside it, as a pipeline lays down its artifacts; a later attempt comes after an earlier one. */
async function filesBeside(file: string): Promise<Handed[]> {
  const folder = path.dirname(file);
  const entries = (await fileExists(folder)) ? await readdir(folder, { withFileTypes: true }) : [];
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const found = names
    .sort((one, other) => one.localeCompare(other, "en", { numeric: true }))
    .map(async (name) => ({
      folder: name,
      release: await findRecord(path.join(folder, name, path.basename(file)), releaseFileSchema, remedy),
    }));
  return (await Promise.all(found)).flatMap((each) =>
    each.release === undefined ? [] : [{ folder: each.folder, release: each.release }],
  );
}

/** Without what is left of earlier attempts to package, each of which is a run of its own: the last one counts. */
function ofLastPackage(files: readonly Handed[]): ReleaseFile[] {
  const packages = files.filter(({ folder }) => /^package(-\d+)?$/.test(folder));
  const last = packages.at(-1)?.release.run;
  const replaced = new Set(packages.map(({ release }) => release.run).filter((run) => run !== last));
  return files.flatMap(({ release }) => (replaced.has(release.run) ? [] : [release]));
}

/** What a file says of a release or, where it is not there yet, what the files of earlier stages beside it say. */
export async function readReleaseFile(file: string): Promise<ReleaseFile> {
  const own = await findRecord(file, releaseFileSchema, remedy);
  if (own !== undefined) return own;
  const [first, ...others] = ofLastPackage(await filesBeside(file));
  if (first !== undefined) return mergeReleases([first, ...others]);
  throw new PlatformError("NOT_FOUND", `There is no release in ${file}. ${remedy}`);
}

/** Writes what the next machine has to know of a run that has a package. */
export async function writeReleaseFile(file: string, run: RunRecord): Promise<void> {
  const { id, release, tests, approval, canary } = run;
  if (release === undefined) throw new Error(`run ${id} has no package`);
  const content: ReleaseFile = {
    run: id,
    release,
    ...(tests && { tests }),
    ...(approval && { approval }),
    ...(canary && { canary }),
  };
  await writeJson(file, content);
}

/** Packages a release again on this machine; the digest says whether it is the same as elsewhere. */
async function packageHere(session: Session, release: PackagedRelease): Promise<PackagedRelease> {
  const ref = parseModelRef(release.model);
  const here = await packageModel(await packagingOf(session, ref.name), ref);
  if (here.digest === release.digest) return { ...release, package: here.package };
  throw new PlatformError(
    "CONFLICT",
    `The package of ${release.model} is sha256:${shortDigest(here.digest)} here and sha256:${shortDigest(release.digest)} where it was packaged. Expected the same model, definition and code. Check out the commit that packaged it, or package it again.`,
  );
}

/** The run of a release that was handed over, with its package on this machine. */
export async function runOfRelease(
  session: Session,
  loaded: LoadedDefinition,
  { run: id, release, tests, approval }: ReleaseFile,
): Promise<RunRecord> {
  const { name } = loaded.definition;
  const run =
    (await session.runs.find(id)) ?? (await session.runs.create(name, loaded.dataFile, new Date(), id));
  run.version = release.model;
  run.release = await packageHere(session, release);
  if (tests) run.tests = tests;
  if (approval) run.approval = approval;
  await session.runs.save(run);
  return run;
}
