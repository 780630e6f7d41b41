import { z } from "zod";
import { digestSchema } from "../base/stored-record";
import { isModelRef } from "../definition/model-ref";

/** An image by its content: a tag may mean another image tomorrow. */
export const imageReference = /^[a-z0-9][a-z0-9.:/_-]*@sha256:[0-9a-f]{64}$/;

const trackSchema = z.strictObject({
  /** `name:version`. */
  model: z.string().refine(isModelRef, "expected name:version, for example diabetes:3"),
  image: z
    .string()
    .regex(
      imageReference,
      "expected an image by its digest, as in <registry>/<repository>@sha256:<64 digits>",
    ),
  /** Digest of the package in the image, by which a release is known from one environment to the next. */
  digest: digestSchema.exactOptional(),
});

/** A version that serves: the model and the scoring image that holds it. */
export type TrackRelease = Readonly<z.output<typeof trackSchema>>;

/** What an environment serves: the value of the config `release`, and of the stack output of the same name. */
export const releaseStateSchema = z
  .strictObject({
    stable: trackSchema.exactOptional(),
    canary: trackSchema.exactOptional(),
    /** Share of requests that the canary answers, in percent; a whole number, as routes have whole weights. */
    canaryPercent: z.number().int().min(0).max(100).default(0),
    /** What stable was before the last promotion: where a rollback without a canary goes. */
    previous: trackSchema.exactOptional(),
  })
  .refine(({ canary, canaryPercent }) => canary !== undefined || canaryPercent === 0, {
    message: "is above 0 without a canary",
    path: ["canaryPercent"],
  })
  .refine(
    ({ stable, canary, canaryPercent }) =>
      stable !== undefined || canary === undefined || canaryPercent === 100,
    {
      message: "has to be 100 while there is no stable version",
      path: ["canaryPercent"],
    },
  );

export type ReleaseState = Readonly<z.output<typeof releaseStateSchema>>;
