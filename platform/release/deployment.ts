import { z } from "zod";
import { PlatformError } from "../base/errors";
import { imageReference } from "./release-state";
import { digestSchema } from "../base/stored-record";

/** What a release is known by. */
const releaseShape = {
  /** `name:version`. */
  model: z.string(),
  /** Folder of the package: `model/` (the model directory) and `package.json` (its manifest). Absent where only the image is known. */
  package: z.string().min(1).exactOptional(),
  /** Digest of the package's content. */
  digest: digestSchema,
  /** The scoring image that holds the package, by its digest, once there is one. */
  image: z
    .string()
    .regex(
      imageReference,
      "expected an image by its digest, as in <registry>/<repository>@sha256:<64 digits>",
    )
    .exactOptional(),
};

/** A model version that can be deployed: a package, an image that holds it, or both. QA and production get the same one, by digest. */
export const releaseSchema = z
  .strictObject(releaseShape)
  .refine(({ package: folder, image }) => folder !== undefined || image !== undefined, {
    message: "has neither a package nor an image",
  });

export type Release = Readonly<z.output<typeof releaseSchema>>;

/** A release whose package is a folder of this machine. */
export const packagedReleaseSchema = z.strictObject({ ...releaseShape, package: z.string().min(1) });

export type PackagedRelease = Readonly<z.output<typeof packagedReleaseSchema>>;

/** A release as one with a package on this machine; throws CONFLICT when it is known by its image alone. */
export function requirePackage(release: Release): PackagedRelease {
  const { package: folder, ...rest } = release;
  if (folder !== undefined) return { ...rest, package: folder };
  throw new PlatformError(
    "CONFLICT",
    `${release.model} is known by its image alone. This needs its package on this machine. Run \`mlops package ${release.model}\`.`,
  );
}

const percent = z.number().min(0).max(100);

/** Shares of requests in percent, 0..100: answered by the canary, and copied to it without using its answers. */
export const trafficSchema = z.strictObject({ weight: percent, shadow: percent });

export type Traffic = Readonly<z.output<typeof trafficSchema>>;

export type Track = "stable" | "canary";

const count = z.number().int().min(0);

/** Percentiles of latency, in milliseconds. */
export const latencySchema = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });

const answersShape = {
  requests: count,
  /** Requests answered with 5xx, or not at all. */
  failures: count,
  /** Requests refused because of their content or target (400, 404, 413, 415, 422); absent when none was. */
  refusals: count.exactOptional(),
  /** Canary: refusals of what stable answers, where stable was asked the same; absent where it was not. */
  refusedAlone: count.exactOptional(),
};

/** How requests ended. */
export type Answers = Readonly<z.output<z.ZodObject<typeof answersShape>>>;

/** What was seen of one track since the traffic was last changed. */
export const trackSampleSchema = z.object({
  ...answersShape,
  /** Those of the requests that were tests of our own; absent when none was. What is left are the clients'. */
  tests: z.object(answersShape).exactOptional(),
  /** Canary: how many of the requests were copies of which stable's answer was used; absent when none was. */
  shadowed: count.exactOptional(),
  /**
   * Canary: absolute difference to stable's predictions for the same rows (of classes 1 where they are others), on average of each
   * copied request, over the requests; absent when there was none.
   */
  pairs: z
    .object({ count, meanAbsoluteDifference: z.number(), standardDeviation: z.number() })
    .exactOptional(),
  /** Of answered requests; absent when there was none. */
  latencyMs: latencySchema.exactOptional(),
  /** More of them, around the 95th percentile: shares (0..1) of answers that took at most so long. */
  latencyQuantiles: z.array(z.object({ share: z.number(), ms: z.number() })).exactOptional(),
  /** Predictions that are numbers (of two classes the probabilities of the positive one); absent when there was none. */
  predictions: z
    .object({
      count,
      mean: z.number(),
      standardDeviation: z.number(),
      /** A fair sample of them, rising, of each request one at most; absent where none is kept. */
      kept: z.array(z.number()).exactOptional(),
    })
    .exactOptional(),
  /** How often each class was predicted, of each request one prediction; absent where numbers are. */
  classes: z
    .array(z.object({ name: z.string(), count }))
    .readonly()
    .exactOptional(),
});

/**
 * Answers by which a request for predictions is refused for what is in it or for the version that it names, not for who sends it or
 * when.
 */
export const refusalStatuses: readonly number[] = [400, 404, 413, 415, 422];

/** Shares of answers of which a sample has the latency: all of the distribution, and more of it around the 95th percentile. */
export const latencyShares = [
  0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.88, 0.9, 0.92, 0.94, 0.95, 0.96, 0.97, 0.98, 0.99, 1,
] as const;

export type TrackSample = Readonly<z.output<typeof trackSampleSchema>>;

/** The sample of a track that nobody has asked anything. */
export const emptySample: TrackSample = { requests: 0, failures: 0 };

/** What an environment serves of one model. Kept on disk, whether or not its processes run. */
export const deploymentSchema = z.strictObject({
  environment: z.string(),
  model: z.string(),
  stable: releaseSchema.exactOptional(),
  canary: releaseSchema.safeExtend(trafficSchema.shape).exactOptional(),
  /** What stable was before the last promotion: where a rollback without a canary goes. */
  previous: releaseSchema.exactOptional(),
  history: z
    .array(
      z.strictObject({
        time: z.string(),
        action: z.enum(["deploy", "weight", "promote", "rollback"]),
        model: z.string(),
        detail: z.string().exactOptional(),
      }),
    )
    .readonly(),
});

export type Deployment = Readonly<z.output<typeof deploymentSchema>>;
export type DeploymentEvent = Deployment["history"][number];

export interface DeploymentStatus extends Deployment {
  /** Base URL of the gateway; absent while nothing is serving. */
  readonly url?: string;
  readonly samples: { readonly stable?: TrackSample; readonly canary?: TrackSample };
}

/**
 * Puts releases into environments. Locally: processes behind a gateway; in Azure: a stack update. `why` is for whoever records what is
 * done, and changes nothing else.
 */
export interface Deployer {
  status(environment: string, model: string): Promise<DeploymentStatus>;
  /** Starts a release on the canary track with the given traffic; while there is no stable, it answers everything. */
  deploy(environment: string, release: Release, traffic: Traffic, why?: string): Promise<DeploymentStatus>;
  /** Changes the canary's traffic and begins new samples. */
  weight(environment: string, model: string, traffic: Traffic, why?: string): Promise<DeploymentStatus>;
  /** The canary becomes stable and takes all traffic. */
  promote(environment: string, model: string, why?: string): Promise<DeploymentStatus>;
  /** Takes the canary away; without one, goes back to what stable was before. */
  rollback(environment: string, model: string, why?: string): Promise<DeploymentStatus>;
}
