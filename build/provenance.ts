import type { Digest } from "../platform/base/files";
import type { Sbom } from "./sbom";

/** What an image was built from, by whom and when. */
export interface BuildFacts {
  /** Repository of the image, without a tag. */
  readonly image: string;
  /** Of its manifest once it was pushed, before that of its configuration; lower-case hexadecimal. */
  readonly imageDigest: string;
  /** Whether `imageDigest` is that of the manifest, which a registry knows the image by. */
  readonly pushed: boolean;
  readonly builder: string;
  readonly builderVersions: Readonly<Record<string, string>>;
  readonly startedAt: string;
  readonly finishedAt: string;
  /** What the caller chose. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Files and images that went into it, by name, each with its digest. */
  readonly materials: readonly Material[];
  readonly sbom: { readonly document: Sbom; readonly digest: Digest };
}

export interface Material {
  readonly name: string;
  readonly uri?: string;
  readonly digest: Readonly<Record<string, string>>;
}

/** Packages of an SBOM as materials: npm's digest is that of the archive in the registry. */
function packagesOf({ components }: Sbom): Material[] {
  return components.flatMap(({ "bom-ref": name, purl, hashes }) => {
    const hash = (hashes as readonly { alg: string; content: string }[] | undefined)?.find(
      ({ alg }) => alg === "SHA-512",
    );
    return hash && typeof purl === "string" ? [{ name, uri: purl, digest: { sha512: hash.content } }] : [];
  });
}

/** SLSA provenance (v1) of an image, as an in-toto statement that is not signed yet. */
export function provenanceOf(facts: BuildFacts) {
  return {
    _type: "https://in-toto.io/Statement/v1",
    subject: [
      {
        name: facts.image,
        digest: { sha256: facts.imageDigest },
        annotations: { of: facts.pushed ? "manifest" : "configuration" },
      },
    ],
    predicateType: "https://slsa.dev/provenance/v1",
    predicate: {
      buildDefinition: {
        buildType: "urn:mlops:image-build:v1",
        externalParameters: facts.parameters,
        resolvedDependencies: [...facts.materials, ...packagesOf(facts.sbom.document)],
      },
      runDetails: {
        builder: { id: facts.builder, version: facts.builderVersions },
        metadata: { startedOn: facts.startedAt, finishedOn: facts.finishedAt },
        byproducts: [{ name: "sbom.cdx.json", digest: { sha256: facts.sbom.digest } }],
      },
    },
  };
}
