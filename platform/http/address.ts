/** Whether a location is an HTTP address, and not a folder. */
export function isAddress(location: string): boolean {
  return /^https?:\/\//i.test(location);
}

/** A location as it may be shown: without the signature that an address may carry. */
export function describeLocation(location: string): string {
  return isAddress(location) ? (location.split("?", 1)[0] ?? "") : location;
}

/** Whether only this machine can reach what listens on the host. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[|\]$/g, "").toLowerCase();
  return bare === "localhost" || bare === "::1" || /^127(\.\d{1,3}){3}$/.test(bare);
}

/** Whether a secret may be sent to an address: nobody on the way can read it. */
export function isPrivate(url: string): boolean {
  const { protocol, hostname } = new URL(url);
  return protocol === "https:" || (protocol === "http:" && isLoopback(hostname));
}
