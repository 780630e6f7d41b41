import type { Scope } from "./access-scopes";
import type { Role } from "./roles";

const optional = [
  "deployers",
  "releasers",
  "watchers",
  "viewers",
  "dashboard",
  "retrainers",
  "page",
  "askers",
  "cosmosDb",
] as const;

/** Principals that roles are assigned to: identities of the foundation, groups of people, identities of pipelines, and a service of Azure's. */
export const principals = [
  "workspace",
  "training",
  "scoring",
  "pull",
  "cluster",
  "release",
  "encryption",
  "operators",
  ...optional,
] as const;

export type Principal = (typeof principals)[number];

/** Principals that a stack may do without. Where they are absent, their roles are not assigned. */
export const optionalPrincipals: readonly Principal[] = optional;

/** A row of the table. */
export interface Grant {
  readonly who: Principal;
  readonly role: Role;
  readonly on: Scope;
  readonly why: string;
  /** Limits the role to containers whose name begins with this prefix. */
  readonly containersLike?: string;
  /** Limits reading and changing blobs to those whose path begins with this prefix; names may be listed. */
  readonly pathsLike?: string;
}
