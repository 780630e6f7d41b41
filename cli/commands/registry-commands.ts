import type { KeyObject } from "node:crypto";
import type { Command } from "commander";
import { Option } from "commander";
import { PlatformError } from "../../platform/base/errors";
import { formatModelRef, parseModelRef } from "../../platform/definition/model-ref";
import type { ModelVersion } from "../../platform/registry/registry";
import type { SigningKey } from "../../platform/signing/key-signature";
import { readTrustedKeys } from "../../platform/signing/trusted-keys";
import { checkSteering } from "../../platform/registry/steering-signature";
import { checkSignature, signatureTag } from "../../platform/registry/version-signature";
import type { Session } from "../session/session";
import { formatTable } from "../terminal/format-table";
import type { CommandScope } from "./command-scope";
import { jsonOption } from "./options";
import { shortDigest } from "../../platform/base/files";

// Loaded where a verb runs: help and usage errors come without them.
const sessions = () => require("../session/session") as typeof import("../session/session");
const images = () => require("./registry-images") as typeof import("./registry-images");
const signingKeys = () =>
  require("../../platform/signing/signing-keys") as typeof import("../../platform/signing/signing-keys");
const signing = () =>
  require("../../platform/registry/signing-registry") as typeof import("../../platform/registry/signing-registry");

interface RegistryFlags {
  readonly model?: string;
  /** An image by its digest. */
  readonly image?: string;
  readonly json?: boolean;
}

const open = (scope: CommandScope, { json = false }: RegistryFlags): Promise<Session> =>
  sessions().openSession({ json, signal: scope.signal, attached: false });

const onlyModel = (): Option => new Option("--model <name>", "only this model's");

const imageOption = (): Option =>
  new Option("--image <reference>", "an image in a registry, <registry>/<repository>@sha256:...");

function addList(registry: Command, scope: CommandScope): void {
  registry
    .command("list")
    .description("list registered versions")
    .addOption(onlyModel())
    .addOption(jsonOption())
    .action(async (flags: RegistryFlags) => {
      const session = await open(scope, flags);
      const versions = await session.registry.list(flags.model);
      const table = formatTable(
        ["version", "registered", "aliases", "measured", "run", "digest"],
        versions.map((version) => [
          formatModelRef(version),
          version.registeredAt,
          version.aliases.join(", "),
          version.tags.measured ?? "",
          version.tags.run ?? "",
          shortDigest(version.digest),
        ]),
      );
      session.output.result(versions, versions.length > 0 ? table : "Nothing is registered yet.");
    });
}

function addShow(registry: Command, scope: CommandScope): void {
  registry
    .command("show")
    .argument("<version>", "name:version")
    .description("show one version, and check that its files are as they were registered")
    .addOption(jsonOption())
    .action(async (version: string, flags: RegistryFlags) => {
      const ref = parseModelRef(version);
      const session = await open(scope, flags);
      const found = await session.registry.get(ref);
      session.output.result(found, JSON.stringify(found, null, 2));
    });
}

async function signingKeyOf({ signing }: Session): Promise<SigningKey> {
  const signingKey = await signing.signingKey();
  if (signingKey !== undefined) return signingKeys().readSigningKey(signingKey);
  throw new PlatformError(
    "USAGE",
    "There is no key to sign with. Expected MLOPS_SIGNING_KEY: a PEM file, or a key or secret of a Key Vault. Set it.",
  );
}

function addSign(registry: Command, scope: CommandScope): void {
  registry
    .command("sign")
    .argument("[version]", "name:version")
    .description(
      "check the files of a version, and sign it with the key of MLOPS_SIGNING_KEY; or sign an image",
    )
    .addOption(imageOption())
    .addOption(jsonOption())
    .action(async (version: string | undefined, flags: RegistryFlags) => {
      const ref = version === undefined ? undefined : parseModelRef(version);
      if ((ref === undefined) === (flags.image === undefined))
        throw new PlatformError(
          "USAGE",
          "Expected a version, or an image with --image. Give one of the two.",
        );
      const session = await open(scope, flags);
      const key = await signingKeyOf(session);
      if (ref === undefined) return images().signOneImage(session, flags.image ?? "", key);
      const signed = await signing().signRegistered(session.registry, ref, key);
      session.output.result(signed, `${version} is signed: ${signed.tags[signatureTag]}`);
    });
}

/** The keys that are trusted: those of the setting or, without it, the one that this command would sign with. */
async function trustedKeysOf({ signing }: Session): Promise<readonly KeyObject[]> {
  const trustedKeys = await signing.trustedKeys();
  if (trustedKeys !== undefined) return readTrustedKeys(trustedKeys);
  const signingKey = await signing.signingKey();
  if (signingKey !== undefined) return [(await signingKeys().readSigningKey(signingKey)).publicKey];
  throw new PlatformError(
    "USAGE",
    "There are no keys to verify by. Expected MLOPS_TRUSTED_KEYS, a PEM file with public keys, or MLOPS_SIGNING_KEY. Set one of them.",
  );
}

/** How a version stands, with its files checked: one whose files were changed is altered, whatever its signature says. */
async function verifyOne(
  { registry }: Session,
  version: ModelVersion,
  trusted: readonly KeyObject[],
): Promise<{ readonly version: string; readonly state: string; readonly detail?: string }> {
  const name = formatModelRef(version);
  try {
    const found = await registry.get(version);
    const state = checkSignature(found, found.tags[signatureTag], trusted);
    const steering = checkSteering(found, trusted);
    if (state !== "valid" || steering === "valid") return { version: name, state };
    return { version: name, state: steering, detail: "The tags by which its canary is judged are meant." };
  } catch (error) {
    if (!(error instanceof PlatformError) || error.code !== "REGISTRY_CORRUPT") throw error;
    return { version: name, state: "altered", detail: error.message };
  }
}

function addVerify(registry: Command, scope: CommandScope): void {
  registry
    .command("verify")
    .description(
      "check the files and the signature of every version, or an image; exit 1 unless all are signed and unaltered",
    )
    .addOption(onlyModel())
    .addOption(imageOption())
    .addOption(jsonOption())
    .action(async (flags: RegistryFlags) => {
      const session = await open(scope, flags);
      const trusted = await trustedKeysOf(session);
      if (flags.image !== undefined) return images().verifyOneImage(session, flags.image, trusted);
      const states = [];
      for (const version of await session.registry.list(flags.model))
        states.push(await verifyOne(session, version, trusted));
      const table = formatTable(
        ["version", "signature"],
        states.map(({ version, state }) => [version, state]),
      );
      const details = states.flatMap(({ detail }) => detail ?? []);
      const text = states.length === 0 ? "Nothing is registered yet." : [table, ...details].join("\n");
      session.output.result(states, text);
      if (states.some(({ state }) => state !== "valid")) process.exitCode = 1;
    });
}

/** `mlops registry`. */
export function addRegistry(program: Command, scope: CommandScope): void {
  const registry = program.command("registry").description("look at registered versions, and sign them");
  addList(registry, scope);
  addShow(registry, scope);
  addSign(registry, scope);
  addVerify(registry, scope);
}
