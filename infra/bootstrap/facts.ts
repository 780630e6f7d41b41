import { PlatformError } from "../../platform/base/errors";
import type { Caller } from "./clients/azure-clients";

export interface FoundIdentity {
  readonly principalId: string;
  readonly clientId: string;
}

export interface FoundConnection {
  readonly id: string;
  /** Issuer and subject of the tokens that pipelines receive. */
  readonly issuer: string;
  readonly subject: string;
}

export interface FoundRepository {
  readonly id: string;
  readonly remoteUrl: string;
}

/** What the steps have found so far, by name, for the steps that follow. */
export class Facts {
  readonly identities = new Map<string, FoundIdentity>();
  readonly connections = new Map<string, FoundConnection>();
  readonly environments = new Map<string, number>();
  readonly groups = new Map<string, number>();
  readonly pipelines = new Map<string, number>();

  constructor(
    readonly caller: Caller,
    readonly project: { readonly id: string; readonly name: string },
    readonly repository: FoundRepository,
    /** Id of the organisation, used in the descriptors of its build services. */
    readonly organisationId: string,
    /** Azure DevOps identities that can approve a release. */
    readonly approvers: readonly { readonly id: string; readonly displayName: string }[],
    readonly subscriptionNames: ReadonlyMap<string, string>,
  ) {}
}

/** The error of what somebody removed, or a step out of order. */
export function removedMeanwhile(what: string): PlatformError {
  return new PlatformError(
    "CONFLICT",
    `${what} was removed while the bootstrap was running. Run the same command again.`,
  );
}

/** What an earlier step found. Throws CONFLICT if it is missing: removed meanwhile, or the steps are in the wrong order. */
export function known<T>(found: ReadonlyMap<string, T>, name: string): T {
  const value = found.get(name);
  if (value !== undefined) return value;
  throw removedMeanwhile(name);
}
