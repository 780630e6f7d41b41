/**
 * Where whoever starts a server, sends it requests and restarts it asks how it is. By themselves: a thread that answers while the service
 * is busy loads nothing else of it, and neither do the stacks that ask.
 */
export const healthPaths = {
  /** Whether the process lives. */
  alive: "/healthz",
  /** Whether requests should be sent to it. */
  ready: "/readyz",
} as const;
