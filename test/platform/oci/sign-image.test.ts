import { generateKeyPairSync } from "node:crypto";
import { predicateTypes } from "../../../platform/oci/attestation";
import { parseImageReference } from "../../../platform/oci/image-reference";
import { tagBeside } from "../../../platform/oci/image-signature";
import { signPushedImage } from "../../../platform/oci/sign-image";
import { requireSignedImage, verifyImage } from "../../../platform/oci/verify-image";
import { pemOf, signingKeyOf, signingKeyP256Pem, signingKeyPem } from "../signing/signing-fixture";
import { RegistryServer } from "./registry-server";

const key = signingKeyOf(signingKeyP256Pem);
const second = signingKeyOf(signingKeyPem);
const stranger = signingKeyOf(pemOf(generateKeyPairSync("ed25519").privateKey));
const login = { user: "builder", password: "of this:test" };
const timing = { attempts: 1 };
const predicates = [
  { type: predicateTypes.sbom, document: { bomFormat: "CycloneDX", components: [] } },
  { type: predicateTypes.provenance, document: { buildDefinition: {} } },
];

let registry: RegistryServer;
afterEach(() => registry.close());

interface Layers {
  readonly layers: { readonly digest: string; readonly annotations: Record<string, string> }[];
}
const layersAt = (tag: string): Layers["layers"] =>
  (JSON.parse(registry.manifests.get(tag)?.toString() ?? '{"layers":[]}') as Layers).layers;
const tagsOf = (image: string) => {
  const reference = parseImageReference(image);
  return { sig: tagBeside(reference, "sig"), att: tagBeside(reference, "att") };
};

test("an image is signed beside itself, with its bill of materials and provenance, behind a sign-in", async () => {
  registry = await RegistryServer.start({ login, redirects: true });
  const image = registry.image("scoring");
  const unsigned = await verifyImage(image, [key.publicKey], { login, timing });
  expect(unsigned).toEqual({ image: "unsigned", sbom: "unsigned", provenance: "unsigned" });
  await signPushedImage(image, predicates, { key, login, timing });
  expect(await verifyImage(image, [second.publicKey, key.publicKey], { login, timing })).toEqual({
    image: "valid",
    sbom: "valid",
    provenance: "valid",
  });
  expect(await verifyImage(image, [second.publicKey], { login, timing })).toEqual({
    image: "unknown key",
    sbom: "unknown key",
    provenance: "unknown key",
  });
  // Blobs came from elsewhere, and the sign-in did not go there.
  expect(registry.leaked).toEqual([]);
});

test("what is signed again does not grow, and what others have signed stays", async () => {
  registry = await RegistryServer.start();
  const image = registry.image("scoring");
  const { sig, att } = tagsOf(image);
  for (let times = 0; times < 3; times += 1) await signPushedImage(image, predicates, { key, timing });
  expect([layersAt(sig).length, layersAt(att).length]).toEqual([1, 2]);
  await signPushedImage(image, predicates, { key: second, timing });
  expect([layersAt(sig).length, layersAt(att).length]).toEqual([2, 4]);
  for (const { publicKey } of [key, second])
    expect(await verifyImage(image, [publicKey], { timing })).toMatchObject({
      image: "valid",
      sbom: "valid",
    });
});

test("the signature of another image, moved beside this one, is worth nothing; nor is a changed text", async () => {
  registry = await RegistryServer.start();
  const [image, other] = [registry.image("scoring"), registry.image("scoring", '{"other":1}')];
  await signPushedImage(other, predicates, { key, timing });
  for (const kind of ["sig", "att"] as const) {
    const moved = registry.manifests.get(tagsOf(other)[kind]);
    if (moved === undefined) throw new Error("the other image has none");
    registry.manifests.set(tagsOf(image)[kind], moved);
  }
  expect(await verifyImage(image, [key.publicKey], { timing })).toEqual({
    image: "altered",
    sbom: "altered",
    provenance: "altered",
  });
  await expect(requireSignedImage(image, [key.publicKey], { timing })).rejects.toMatchObject({
    code: "CONFLICT",
    message: expect.stringMatching(/has the signature of another image, .*registry verify --image/) as string,
  });
  const [layer] = layersAt(tagsOf(other).sig);
  registry.blobs.set(layer?.digest ?? "", Buffer.from("changed"));
  expect(await verifyImage(other, [key.publicKey], { timing })).toMatchObject({ image: "unknown key" });
});

test("a signature by nobody who is trusted, and none at all, keep an image from being deployed", async () => {
  registry = await RegistryServer.start();
  const image = registry.image("scoring");
  await expect(requireSignedImage(image, [key.publicKey], { timing })).rejects.toThrow("is not signed");
  await signPushedImage(image, [], { key: stranger, timing });
  await expect(requireSignedImage(image, [key.publicKey], { timing })).rejects.toThrow(
    "is signed by no key that is trusted",
  );
  await signPushedImage(image, [], { key, timing });
  expect(await requireSignedImage(image, [key.publicKey], { timing })).toMatchObject({ image: "valid" });
});

test("a wrong sign-in, and an image that is not there, are told with what to do", async () => {
  registry = await RegistryServer.start({ login });
  const image = registry.image("scoring");
  const wrong = { user: "builder", password: "guessed" };
  const refused = verifyImage(image, [key.publicKey], { login: wrong, timing });
  await expect(refused).rejects.toMatchObject({ code: "REMOTE_FAILED" });
  await expect(refused).rejects.toThrow(/HTTP 401.*docker login 127\.0\.0\.1/);
  await expect(refused).rejects.not.toThrow("guessed");
  const absent = image.replace(/[0-9a-f]{64}$/, "0".repeat(64));
  await expect(verifyImage(absent, [key.publicKey], { login, timing })).rejects.toMatchObject({
    code: "NOT_FOUND",
  });
});
