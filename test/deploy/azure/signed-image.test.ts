import { requireSignedFor } from "../../../deploy/azure/signed-image";
import { signPushedImage } from "../../../platform/oci/sign-image";
import { RegistryServer } from "../../platform/oci/registry-server";
import {
  publicKeyP256Pem,
  publicKeyPem,
  signingKeyOf,
  signingKeyP256Pem,
} from "../../platform/signing/signing-fixture";
import { signingWith } from "./signing";

const trusting = (keys: string) => ({ environment: { scoring: { MLOPS_TRUSTED_KEYS: keys } } });
let registry: RegistryServer;
beforeEach(async () => {
  registry = await RegistryServer.start();
});
afterEach(() => registry.close());

test("a stack that trusts keys gets only images that one of them has signed, whatever the command trusts", async () => {
  const image = registry.image("scoring");
  const own = signingWith({ trustedKeys: publicKeyPem });
  await expect(requireSignedFor(trusting(publicKeyP256Pem), image, own)).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringContaining("is not signed") as string,
  });
  await signPushedImage(image, [], { key: signingKeyOf(signingKeyP256Pem) });
  expect(await requireSignedFor(trusting(publicKeyP256Pem), image, own)).toEqual({
    image: "valid",
    sbom: "unsigned",
    provenance: "unsigned",
  });
  await expect(requireSignedFor({}, image, own)).rejects.toThrow("is signed by no key that is trusted");
});

test("nobody is asked where neither the stack nor the command trusts keys", async () => {
  expect(await requireSignedFor({}, "none.invalid/scoring@sha256:0", signingWith())).toBeUndefined();
});
