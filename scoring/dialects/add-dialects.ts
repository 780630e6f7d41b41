import type { FastifyInstance } from "fastify";
import { addErrorAnswers } from "../http/error-answers";
import type { Dialect, Service } from "./dialect";
import { dialects } from "./dialects";

function addDialect(app: FastifyInstance, dialect: Dialect, service: Service): void {
  const { prefix = "", routes, errorShape, prepare } = dialect;
  const part = (own: FastifyInstance, _options: unknown, done: () => void): void => {
    addErrorAnswers(own, { limits: service.limits, shape: errorShape });
    prepare?.(own, service);
    for (const { method, path, handler } of routes)
      own.route({ method, url: path.slice(prefix.length), handler: handler(service) });
    done();
  };
  void app.register(part, { prefix });
}

/** Serves every dialect, each in a part of the app of its own. */
export function addDialects(app: FastifyInstance, service: Omit<Service, "dialects">): void {
  for (const dialect of dialects) addDialect(app, dialect, { ...service, dialects });
}
