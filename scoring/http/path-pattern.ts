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
