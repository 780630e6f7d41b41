import { PlatformError } from "../../platform/base/errors";
import type { Caller } from "./clients/azure-clients";

export interface FoundIdentity {
  readonly principalId: string;
  readonly clientId: string;
}

export interface FoundConnection {
  readonly id: string;
  /** Who signs the tokens that pipelines get, and whom they are made out to. */
  readonly issuer: string;
  readonly subject: string;
}

export interface FoundRepository {
  readonly id: string;
  readonly remoteUrl: string;
}

/** What steps have found so far, for those after them: by name. */
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
    /** Id of the organisation, in names of its build services. */
    readonly organisationId: string,
    /** Who may approve, as Azure DevOps knows them. */
    readonly approvers: readonly { readonly id: string; readonly displayName: string }[],
    readonly subscriptionNames: ReadonlyMap<string, string>,
  ) {}
}

/** What an earlier step has found; that it has not is a mistake in the order of steps. */
export function known<T>(found: ReadonlyMap<string, T>, name: string): T {
  const value = found.get(name);
  if (value !== undefined) return value;
  throw new PlatformError(
    "CONFLICT",
    `${name} was there and is gone. Expected nobody to remove it meanwhile. Run the same command again.`,
  );
}
