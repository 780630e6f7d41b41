/**
 * Addresses that answer anyone, also while the service is busy: an orchestrator that asks whether a process lives has no
 * key, and must not take a busy one for a dead one. They tell nothing but that; the page at /docs tells nothing at all
 * before it is given a key.
 */
const openAddresses: ReadonlySet<string> = new Set([
  "/",
  "/docs",
  "/healthz",
  "/readyz",
  "/health",
  "/ping",
  "/docs",
  "/v2/health/live",
  "/v2/health/ready",
]);

/** Whether a request is for one of the open addresses; `url` is as it was sent. */
export function isOpenAddress(url: string): boolean {
  const query = url.indexOf("?");
  return openAddresses.has(query < 0 ? url : url.slice(0, query));
}
