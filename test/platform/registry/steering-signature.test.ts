import {
  breakingTag,
  checkSteering,
  requireSteering,
  signSteering,
  steeringSignatureTag,
} from "../../../platform/registry/steering-signature";
import type { Digest } from "../../../platform/base/files";
import { shiftTag } from "../../../platform/registry/expected-shift";
import { signingKeyOf, signingKeyP256Pem, signingKeyPem } from "../signing/signing-fixture";

const key = signingKeyOf(signingKeyPem);
const other = signingKeyOf(signingKeyP256Pem);
const plain = { name: "cost", version: 3, digest: "0".repeat(64) as Digest, tags: { run: "r1" } };
const steered = { ...plain, tags: { run: "r1", [breakingTag]: "bmi", [shiftTag]: "{}" } };

const signed = async (version: typeof plain) => {
  const signature = await signSteering(version, key);
  return { ...version, tags: { ...version.tags, [steeringSignatureTag]: signature ?? "" } };
};

test("a version without tags that steer a release needs no signature of them", async () => {
  expect(await signSteering(plain, key)).toBeUndefined();
  expect(checkSteering(plain, [key.publicKey])).toBe("valid");
});

test.each<[string, (version: typeof steered) => typeof plain, string]>([
  ["as they were signed", (version) => version, "valid"],
  [
    "with another tag, which steers nothing",
    (version) => ({ ...version, tags: { ...version.tags, run: "r2" } }),
    "valid",
  ],
  [
    "with another value",
    (version) => ({ ...version, tags: { ...version.tags, breaking: "all" } }),
    "altered",
  ],
  ["of another version", (version) => ({ ...version, version: 4 }), "altered"],
  ["of other content", (version) => ({ ...version, digest: "1".repeat(64) as Digest }), "altered"],
  [
    "with one of two taken away",
    ({ tags, ...rest }) => ({
      ...rest,
      tags: Object.fromEntries(Object.entries(tags).filter(([name]) => name !== shiftTag)) as typeof tags,
    }),
    "altered",
  ],
  [
    "without the signature",
    ({ tags, ...rest }) => ({
      ...rest,
      tags: Object.fromEntries(
        Object.entries(tags).filter(([name]) => name !== steeringSignatureTag),
      ) as typeof tags,
    }),
    "unsigned",
  ],
])("tags %s are %s", async (_, change, state) => {
  const changed = change((await signed(steered)) as unknown as typeof steered);
  expect(checkSteering(changed, [key.publicKey])).toBe(state);
  if (state === "valid") expect(() => requireSteering(changed, [key.publicKey])).not.toThrow();
  else
    expect(() => requireSteering(changed, [key.publicKey])).toThrow(
      new RegExp(`have no signature that is trusted \\(${state}\\), and MLOPS_TRUSTED_KEYS asks for one`),
    );
});

test("a tag that somebody adds to a signed version is not believed", () => {
  const added = { ...plain, tags: { run: "r1", breaking: "all" } };
  expect(() => requireSteering(added, [key.publicKey])).toThrow("The tags of cost:3 by which its canary");
});

test("a key that is not trusted signs nothing", async () => {
  expect(checkSteering(await signed(steered), [other.publicKey])).toBe("unknown key");
});
