import type { z } from "zod";
import type { settings } from "./config-settings";

type Key = keyof typeof settings;
type Value<K extends Key> =
  | z.output<(typeof settings)[K]["schema"]>
  | ((typeof settings)[K] extends { optional: true } ? undefined : never);

/** The typed configuration of a stack, which the whole program reads. */
export type StackConfig = { readonly [K in Key]: Value<K> } & {
  /** Name of the stack, used in names and `MLOPS_ENVIRONMENT`. No name has a special meaning. */
  readonly environment: string;
  readonly location: string;
};

/** A configuration of which settings that are invalid are absent. */
export type Partially = { readonly [K in keyof StackConfig]?: StackConfig[K] | undefined };
