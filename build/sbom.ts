import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { PlatformError } from "../platform/base/errors";
import { digestOf } from "../platform/base/files";
import type { ImagePackage } from "./bundle";
import { readProductionPackages } from "./dev-packages";
import { repository } from "./repository";

/** A component of a CycloneDX document, as far as it is looked at here. */
interface Component {
  readonly "bom-ref": string;
  readonly [key: string]: unknown;
}

/** A CycloneDX document, as far as it is looked at here. */
export interface Sbom {
  readonly bomFormat: "CycloneDX";
  readonly serialNumber: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly [key: string]: unknown;
}

/** What an image consists of beside packages. */
export interface SbomSubject {
  readonly image: string;
  /** Digest of the image's content: its name among versions. */
  readonly version: string;
  readonly createdAt: string;
  readonly nodeVersion: string;
  readonly nodeImage: { readonly reference: string; readonly digest: string };
  /** As `lightgbm==4.6.0`. */
  readonly pythonPackages: readonly string[];
  readonly model?: { readonly reference: string; readonly digest: string };
}

/**
 * npm's own bill of materials of the lock file. With `--omit dev` it would leave out packages that both production and development depend
 * on, and its mark of what is for development is that of the first folder of several with the same package: all are asked for.
 */
async function npmSbom(): Promise<Sbom> {
  const args = ["sbom", "--sbom-format", "cyclonedx", "--package-lock-only"];
  const { stdout } = await promisify(execFile)("npm", args, {
    cwd: repository,
    maxBuffer: 64 * 1024 * 1024,
  });
  return JSON.parse(stdout) as Sbom;
}

/** A component without npm's mark of development, which may be that of another folder. */
function unmarked({ properties, ...component }: Component): Component {
  const listed = (properties ?? []) as readonly { readonly name: string }[];
  const kept = listed.filter(({ name }) => name !== "cdx:npm:package:development");
  return { ...component, ...(kept.length > 0 && { properties: kept }) };
}

/** A UUID made of a digest, so that the same content has the same one. */
function uuidOf(text: string): string {
  const hex = digestOf(text);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** By the package URL of https://github.com/package-url/purl-spec, type pypi. */
function pythonComponent(pinned: string): Component {
  const [name = "", version = ""] = pinned.split("==");
  const purl = `pkg:pypi/${name}@${encodeURIComponent(version)}`;
  return { "bom-ref": purl, type: "library", name, version, purl };
}

function otherComponents({ nodeVersion, nodeImage, pythonPackages, model }: SbomSubject): Component[] {
  const components: Component[] = [
    {
      "bom-ref": `node@${nodeVersion}`,
      type: "application",
      name: "node",
      version: nodeVersion,
      purl: `pkg:generic/node@${nodeVersion}`,
    },
    {
      "bom-ref": `base:${nodeImage.reference}`,
      type: "container",
      name: nodeImage.reference,
      version: nodeImage.digest,
    },
    ...pythonPackages.map(pythonComponent),
  ];
  if (model) {
    const [name, version] = model.reference.split(":");
    components.push({
      "bom-ref": model.reference,
      type: "machine-learning-model",
      name,
      version,
      hashes: [{ alg: "SHA-256", content: model.digest }],
    });
  }
  return components;
}

/**
 * Bill of materials of an image: npm's, without the packages that the image has nothing of, and with Node.js, the base
 * image and the model. Throws when the image has a package that is only meant for development.
 */
export async function imageSbom(subject: SbomSubject, packages: readonly ImagePackage[]): Promise<Sbom> {
  const all = await npmSbom();
  const wanted = new Set(packages.map(({ name, version }) => `${name}@${version}`));
  const production = await readProductionPackages();
  const components = all.components
    .filter(({ "bom-ref": ref }) => wanted.has(ref) && production.has(ref))
    .map(unmarked);
  const known = new Set(components.map((component) => component["bom-ref"]));
  const missing = [...wanted].filter((name) => !known.has(name));
  if (missing.length > 0) {
    throw new PlatformError(
      "DEPLOYMENT_FAILED",
      `${subject.image} would hold ${missing.join(", ")}, which package.json has only for development. Make it a dependency, or do not import it from what the image runs.`,
    );
  }
  const others = otherComponents(subject);
  const inImage = [...components, ...others];
  return {
    ...all,
    serialNumber: `urn:uuid:${uuidOf(JSON.stringify([subject, inImage]))}`,
    metadata: {
      ...all.metadata,
      timestamp: subject.createdAt,
      component: {
        "bom-ref": subject.image,
        type: "container",
        name: subject.image,
        version: subject.version,
      },
    },
    components: inImage,
    dependencies: [
      { ref: subject.image, dependsOn: inImage.map((component) => component["bom-ref"]) },
      ...all.dependencies
        .filter(({ ref }) => known.has(ref))
        .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((name) => known.has(name)) })),
    ],
  };
}
