/** Whether a path is one that a route's pattern stands for; a part of the pattern that begins with ":" stands for any text. */
export function matchesPattern(pattern: string, path: string): boolean {
  if (!pattern.includes(":")) return pattern === path;
  const given = path.split("/");
  const parts = pattern.split("/");
  return (
    parts.length === given.length &&
    parts.every((part, index) => (part.startsWith(":") ? given[index] !== "" : part === given[index]))
  );
}

/** The path of a request's address, without its query. */
export function pathOf(url: string): string {
  const query = url.indexOf("?");
  return query < 0 ? url : url.slice(0, query);
}

/** Scheme and host of an absolute address (RFC 9112, section 3.2.2). */
const absolute = /^https?:\/\/[^/?#]+/i;

/**
 * The path by which the service's router chooses a route for a request's address: without the host of an absolute one and without query
 * and fragment, and with what is encoded for no need decoded. Whoever looks at requests from outside has to see the same one.
 */
export function routedPath(url: string): string {
  const target = url.startsWith("/") ? url : url.replace(absolute, "");
  const [path = ""] = target.split(/[?#]/, 1);
  try {
    // "%25" stays: what is decoded twice may become another path.
    return decodeURI(path.replaceAll("%25", "%2525")) || "/";
  } catch (error) {
    // The router refuses it.
    if (error instanceof URIError) return path;
    throw error;
  }
}
