import type { KeyObject } from "node:crypto";
import { PlatformError } from "../base/errors";
import { formatModelRef } from "../definition/model-ref";
import type { SignatureState, SigningKey } from "../signing/key-signature";
import { shiftTag } from "./expected-shift";
import type { ModelVersion } from "./registry";
import { checkText, signText } from "./version-signature";

/** Tag of a version that was accepted although it refuses or misreads requests: by which names. */
export const breakingTag = "breaking";
/** The tag with the signature of those that steer a release. */
export const steeringSignatureTag = "steering-signature";

/** Tags by which a canary is judged otherwise than by its definition: whoever can write them could let a bad one through. */
const steering = [breakingTag, shiftTag];

type Tagged = Pick<ModelVersion, "name" | "version" | "digest" | "tags">;

/** What is signed of them, with the version that they are of; undefined where there are none. */
function textOf({ tags, digest, ...ref }: Tagged): Buffer | undefined {
  const own = steering.flatMap((name) => (tags[name] === undefined ? [] : [[name, tags[name]]]));
  if (own.length === 0) return undefined;
  const lines = own.map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  return Buffer.from(
    `mlops model version tags 1\n${formatModelRef(ref)}\nsha256:${digest}\n${lines.join("\n")}\n`,
  );
}

/** The signature of a version's tags that steer a release; undefined where it has none. */
export async function signSteering(version: Tagged, key: SigningKey): Promise<string | undefined> {
  const text = textOf(version);
  return text && signText(text, key);
}

/** What the signature of the tags that steer a release is worth; there is nothing to sign where there are none. */
export function checkSteering(version: Tagged, trusted: readonly KeyObject[]): SignatureState {
  const text = textOf(version);
  return text === undefined ? "valid" : checkText(text, version.tags[steeringSignatureTag], trusted);
}

/** Throws MODEL_INVALID when tags steer a release that no trusted key has signed. */
export function requireSteering(version: Tagged, trusted: readonly KeyObject[]): void {
  const state = checkSteering(version, trusted);
  if (state === "valid") return;
  const name = formatModelRef(version);
  throw new PlatformError(
    "MODEL_INVALID",
    `The tags of ${name} by which its canary is judged ("${steering.join('", "')}") have no signature that is trusted (${state}), and MLOPS_TRUSTED_KEYS asks for one. Look at them with \`mlops registry show ${name}\`, and sign it with \`mlops registry sign ${name}\`.`,
  );
}
