import type { ServingLimits } from "../../platform/definition/definition";

/** What the dialects need besides the scorer. */
export interface DialectOptions {
  readonly limits: ServingLimits;
  /** Whether requests should be sent here: the model has scored its example and the service is not closing. */
  readonly isReady: () => boolean;
  /** A body of `POST /score` that is answered. */
  readonly example: unknown;
  /** Sites whose pages may call `POST /score` in a browser ("*" = all); none when not given. */
  readonly corsOrigins?: readonly string[];
}
