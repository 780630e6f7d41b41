import type { Signature } from "../../platform/model/signature";

/** A prefix for inner values that no feature or output begins with. */
export function innerPrefix({ inputs }: Signature): string {
  let prefix = "/";
  while (inputs.some(({ name }) => name.startsWith(prefix))) prefix += "/";
  return prefix;
}
