import { digestOf, type Digest } from "../base/files";
import type { ModelDefinition } from "./definition";

/** Digest of a definition with its defaults filled in. */
export function definitionDigest(definition: ModelDefinition): Digest {
  return digestOf(JSON.stringify(definition));
}
