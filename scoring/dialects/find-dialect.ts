import { matchesPattern } from "../http/path-pattern";
import type { Dialect, Route } from "./dialect";
import { dialects } from "./dialects";
import { service } from "./service";

const openPaths: ReadonlySet<string> = new Set(
  dialects.flatMap(({ routes }) => routes.filter(({ open }) => open === true).map(({ path }) => path)),
);

/** The dialect that a path belongs to; the service's own when it belongs to none. */
export function dialectAt(path: string): Dialect {
  const found = dialects.find(
    ({ prefix, routes }) =>
      (prefix !== undefined && (path === prefix || path.startsWith(`${prefix}/`))) ||
      routes.some((route) => matchesPattern(route.path, path)),
  );
  return found ?? service;
}

/** Whether a path answers anyone; it has to be written exactly as its route is. */
export function isOpenPath(path: string): boolean {
  return openPaths.has(path);
}

type PredictingRoute = Route & Required<Pick<Route, "predictionsIn">>;

function predicts(route: Route): route is PredictingRoute {
  return route.predictionsIn !== undefined;
}

/** The routes that predict, in all dialects. */
export const predictingRoutes: readonly PredictingRoute[] = dialects.flatMap(({ routes }) =>
  routes.filter(predicts),
);

/** The route that predicts at an address, if that is what the address does. */
export function predictingRouteAt(method: string, path: string): PredictingRoute | undefined {
  return predictingRoutes.find((route) => route.method === method && matchesPattern(route.path, path));
}
