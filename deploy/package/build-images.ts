import { Command, Option } from "commander";
import { PlatformError, explainStorageError } from "../../platform/base/errors";
import type { PackagedRelease } from "../../platform/release/deployment";
import { formatModelRef, parseModelRef } from "../../platform/definition/model-ref";
import { defaultModel } from "../../platform/release/default-model";
import { openLocalRegistry } from "../../platform/registry/local/local-registry";
import type { Registry } from "../../platform/registry/registry";
import { readSettings } from "../../platform/settings/settings";
import { readSigningKey } from "../../platform/signing/signing-keys";
import { openWorkspace, requireWritable } from "../../platform/settings/workspace";
import { loadDefinition } from "../../platform/definition/definitions";
import { imagesToBuild } from "./images-to-build";
import { packageModel } from "./package";
import { imageKinds, type ImageKind } from "../../build/app";
import { buildImage } from "../../build/image";

interface Flags {
  readonly model?: string;
  readonly newest?: boolean;
  readonly only?: ImageKind;
  readonly nodeImage: string;
  readonly pinned?: boolean;
  readonly registry?: string;
  readonly builder: string;
}

function openRegistryHere(folder: string): Registry {
  return openLocalRegistry(folder, { report: ({ message }) => void process.stderr.write(`${message}\n`) });
}

/** The newest version of the stack's model that this machine has registered, `name:version`. */
async function findNewest(): Promise<string | undefined> {
  const workspace = await openWorkspace(readSettings("cli", process.env).home);
  const versions = await openRegistryHere(workspace.registry).list(defaultModel());
  const numbers = versions.map(({ version }) => version);
  return numbers.length > 0
    ? formatModelRef({ name: defaultModel(), version: Math.max(...numbers) })
    : undefined;
}

/** Packages a registered version as `mlops package` does; what is there already is only verified. */
async function releaseOf(version: string): Promise<PackagedRelease> {
  const settings = readSettings("cli", process.env);
  const workspace = await openWorkspace(settings.home);
  await requireWritable(workspace);
  const ref = parseModelRef(version);
  const { definition } = await loadDefinition(ref.name, undefined, settings.models);
  const registry = openRegistryHere(workspace.registry);
  return packageModel({ registry, packages: workspace.packages, serving: definition.serving }, ref);
}

async function build(flags: Flags): Promise<void> {
  const { only, newest = false, nodeImage, registry, builder } = flags;
  const model = newest ? await findNewest() : flags.model;
  if (flags.pinned && !/@?sha256:[0-9a-f]{64}$/.test(nodeImage)) {
    throw new PlatformError(
      "USAGE",
      `--node-image is "${nodeImage}", a name that may mean another image tomorrow. --pinned expects a digest, as in node:24-bookworm-slim@sha256:... Add the digest.`,
    );
  }
  const kinds = imagesToBuild({ only, version: model, newest });
  if (kinds === undefined) {
    throw new PlatformError(
      "USAGE",
      "A scoring image holds one version of a model. Name the version, for example --model diabetes:1, or build --only training or --only dashboard.",
    );
  }
  const { signingKey: location, models } = readSettings("cli", process.env);
  if (location !== undefined && registry === undefined)
    process.stderr.write("MLOPS_SIGNING_KEY signs what is pushed; without --registry nothing is.\n");
  // Before anything is built: a key that cannot be read ends it here.
  const signingKey =
    location === undefined || registry === undefined ? undefined : await readSigningKey(location);
  if (newest && model === undefined)
    process.stderr.write(`No version of ${defaultModel()} is registered here: no scoring image is built.\n`);
  for (const kind of kinds) {
    const release = kind === "scoring" && model !== undefined ? await releaseOf(model) : undefined;
    const built = await buildImage({ kind, release, models, nodeImage, registry, builder, signingKey });
    process.stdout.write(`${JSON.stringify(built)}\n`);
  }
}

/** `npm run images:build`: builds the images; prints a line of JSON for each. */
async function main(): Promise<void> {
  const program = new Command("images:build")
    .description(
      "Build the scoring image of a model version and the training image, with SBOM and provenance.",
    )
    .option("--model <version>", "registered version, name:version, that the scoring image serves")
    .addOption(
      new Option(
        "--newest",
        "that of the newest version here of the stack's model; without one the scoring image is left out",
      ).conflicts(["model", "only"]),
    )
    .addOption(new Option("--only <image>", "build one image").choices(imageKinds))
    .option("--node-image <reference>", "image with Node.js to stand on", "node:24-bookworm-slim")
    .option("--pinned", "refuse a --node-image without a digest (for CI)")
    .option("--registry <host>", "host, and path, of the registry to push to")
    .option("--builder <uri>", "who builds, for the provenance", "urn:mlops:builder:local")
    .action(build);
  try {
    await program.parseAsync(process.argv);
  } catch (thrown) {
    const error = explainStorageError(thrown);
    if (!(error instanceof PlatformError)) throw error;
    process.stderr.write(`${error.code}: ${error.message}\n`);
    process.exitCode = error.code === "USAGE" || error.code === "SETTINGS_INVALID" ? 2 : 1;
  }
}

void main();
