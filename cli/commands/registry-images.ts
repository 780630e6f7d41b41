import type { KeyObject } from "node:crypto";
import { signPushedImage } from "../../platform/oci/sign-image";
import { parseImageReference } from "../../platform/oci/image-reference";
import { verifyImage } from "../../platform/oci/verify-image";
import type { SigningKey } from "../../platform/signing/key-signature";
import type { Session } from "../session/session";
import { formatTable } from "../terminal/format-table";

/** The sign-in to the registry of an image; undefined for the docker command's own. */
async function loginFor(image: string) {
  const { host } = parseImageReference(image);
  // Loaded on use: most registries of images are not Azure's.
  const { azureRegistryLogin } =
    require("../../deploy/azure/registry-sign-in") as typeof import("../../deploy/azure/registry-sign-in");
  return azureRegistryLogin(host);
}

/** `mlops registry sign --image`: its digest alone; what is said about it was signed where it was built. */
export async function signOneImage({ output }: Session, image: string, key: SigningKey): Promise<void> {
  await signPushedImage(image, [], { key, login: await loginFor(image) });
  output.result({ image, state: "valid" }, `${image} is signed.`);
}

/** `mlops registry verify --image`: the image decides the exit code; of what it lacks beside, the table tells. */
export async function verifyOneImage(
  { output }: Session,
  image: string,
  trusted: readonly KeyObject[],
): Promise<void> {
  const states = await verifyImage(image, trusted, { login: await loginFor(image) });
  const names = { image: "image", sbom: "bill of materials", provenance: "provenance" } as const;
  const rows = (["image", "sbom", "provenance"] as const).map((part) => [names[part], states[part]]);
  output.result({ reference: image, ...states }, formatTable(["of the image", "signature"], rows));
  const wrong =
    states.image !== "valid" || [states.sbom, states.provenance].some((state) => state === "altered");
  if (wrong) process.exitCode = 1;
}
