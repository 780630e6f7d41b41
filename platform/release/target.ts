import type { Deployer, PackagedRelease } from "./deployment";

/** What a caller of a service needs beside its address. */
export interface ServiceAccess {
  /** By which the service lets a test in, and by which it knows that it is one. */
  readonly headers: Readonly<Record<string, string>>;
  /** PEM of the only certificate that the service may show; without it, those that public authorities vouch for. */
  readonly certificate?: string;
}

/** Where environments are: the deployer that changes them, and what else a command needs that differs from place to place. */
export interface Target {
  readonly deployer: Deployer;
  /**
   * Whether production has clients: a release then waits for their requests to judge its canary by. Without them it
   * sends held-out rows itself.
   */
  readonly hasClients: boolean;
  /** How long a request takes at most to be in a sample, in milliseconds: 0 where it is as soon as it is answered. */
  readonly sampleLagMs: number;
  /** How long it takes at most until a new address leads to its service, in milliseconds: 0 where it does at once. */
  readonly addressLagMs: number;
  /** Puts the release where the first environment gets it from. */
  publish(release: PackagedRelease): Promise<PackagedRelease>;
  /** How a test calls an environment's service. */
  access(environment: string, model: string): Promise<ServiceAccess>;
  /**
   * Frees an environment of the lock that an update left which was ended by force. Whoever calls it knows that no other update of it is
   * under way. Without such a lock it changes nothing.
   */
  unlock(environment: string): Promise<void>;
  /** Stops what costs something in an environment that is not used for now; what is deployed stays recorded. */
  pause(environment: string, model: string): Promise<void>;
}
