import { imageKinds, type ImageKind } from "../../build/app";

interface Asked {
  readonly only?: ImageKind | undefined;
  /** Version that the scoring image has; undefined where none is named, or none is registered. */
  readonly version: string | undefined;
  /** Whether the newest version was asked for, whatever that is: without one there is no scoring image. */
  readonly newest: boolean;
}

/**
 * The images to build; undefined where a scoring image is asked for without a version. A dashboard is for whoever wants one; a model needs
 * the two others.
 */
export function imagesToBuild({ only, version, newest }: Asked): readonly ImageKind[] | undefined {
  const kinds = only === undefined ? imageKinds.filter((kind) => kind !== "dashboard") : [only];
  if (version !== undefined || !kinds.includes("scoring")) return kinds;
  return newest ? kinds.filter((kind) => kind !== "scoring") : undefined;
}
