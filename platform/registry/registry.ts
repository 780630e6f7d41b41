import type { Digest } from "../base/files";
import type { ModelRef } from "../definition/model-ref";

/** A registered version; its content never changes, its aliases and tags may. */
export interface ModelVersion extends ModelRef {
  /** Digest of the model directory's content. */
  readonly digest: Digest;
  /** ISO 8601, UTC. */
  readonly registeredAt: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly aliases: readonly string[];
}

/** Where model versions are kept. Version numbers start at 1 and are never reused. */
export interface Registry {
  /** Adds a model directory as the next version. Atomic, and safe with several writers. */
  register(
    name: string,
    modelDirectory: string,
    tags: Readonly<Record<string, string>>,
  ): Promise<ModelVersion>;
  /** A version; throws NOT_FOUND when there is none, REGISTRY_CORRUPT when its entry cannot be read. */
  get(ref: ModelRef): Promise<ModelVersion>;
  /** Versions of one model, or of all, by name and rising version. */
  list(name?: string): Promise<ModelVersion[]>;
  /** The version an alias points to. */
  findAlias(name: string, alias: string): Promise<ModelVersion | undefined>;
  setAlias(ref: ModelRef, alias: string): Promise<void>;
  setTag(ref: ModelRef, key: string, value: string): Promise<void>;
  /** Copies a version's model directory to `destination` (which must not exist) and checks its digest. */
  download(ref: ModelRef, destination: string): Promise<void>;
}
