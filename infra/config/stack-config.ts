import type { z } from "zod";
import type { settings } from "./config-settings";

type Key = keyof typeof settings;
type Value<K extends Key> =
  | z.output<(typeof settings)[K]["schema"]>
  | ((typeof settings)[K] extends { optional: true } ? undefined : never);

/** What a stack is to be: the one typed object that all of the program reads. */
export type StackConfig = { readonly [K in Key]: Value<K> } & {
  /** Name of the stack, for names and `MLOPS_ENVIRONMENT`. Nothing depends on which name it is. */
  readonly environment: string;
  readonly location: string;
};
