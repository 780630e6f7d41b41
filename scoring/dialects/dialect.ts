import type { FastifyInstance, RouteHandlerMethod } from "fastify";
import type { SeenPredictions } from "../../platform/release/seen-predictions";
import type { ServingLimits } from "../../platform/definition/definition";
import type { DescribedService } from "../description/openapi-parts";
import type { Schema, SchemaOptions } from "../description/openapi-schemas";
import type { ErrorShape } from "../http/error-answers";
import type { Scorer } from "../model/scorer";

/** The running service, as its dialects see it. */
export interface Service {
  readonly scorer: Scorer;
  /** All dialects that are served, for what describes them. */
  readonly dialects: readonly Dialect[];
  readonly limits: ServingLimits;
  /** Where the service is in its life. Requests should be sent here only while it is ready. */
  readonly state: () => "starting" | "ready" | "closing";
  /** A body of `POST /score` that is answered. */
  readonly example: unknown;
  /** Sites whose pages may call the service in a browser ("*" = all); none when absent. */
  readonly corsOrigins?: readonly string[];
  /** The metrics as Prometheus text, where any are kept. */
  readonly readMetrics?: () => Promise<string>;
}

/** A successful answer as the gateway sees it. */
export interface ReceivedAnswer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** One address of a dialect. Whatever needs to know something about an address reads it here. */
export interface Route {
  readonly method: "GET" | "POST";
  /** The whole path; a part that begins with ":" stands for any text. */
  readonly path: string;
  /**
   * Answers anyone, also while the service is busy: an orchestrator that asks whether a process lives has no key, and must
   * not take a busy process for a dead one. Such an address tells nothing about the model.
   */
  readonly open?: boolean;
  /**
   * Present on a route that predicts, whose requests are the sample that a canary is judged by. Returns what answers are compared
   * by: numbers (of two classes the probabilities of the positive one), or classes as texts; and undefined when the answer is not
   * one of this route's.
   */
  readonly predictionsIn?: (answer: ReceivedAnswer) => SeenPredictions | undefined;
  readonly handler: (service: Service) => RouteHandlerMethod;
  /** The route in OpenAPI. */
  readonly operation: (service: DescribedService) => Schema;
}

/** One way to talk to the service. To add one, write such an object and put it into the list in `dialects.ts`. */
export interface Dialect {
  /** What the metrics call it. */
  readonly name: string;
  readonly routes: readonly Route[];
  /** Where all of its paths begin; below it, addresses that do not exist are answered in its error shape too. */
  readonly prefix?: string;
  /** How it reports an error. */
  readonly errorShape: ErrorShape;
  /** What it adds to its own part of the Fastify app before its routes, such as parsers and hooks. */
  readonly prepare?: (part: FastifyInstance, service: Service) => void;
  /** The OpenAPI schemas that its operations refer to. */
  readonly schemas?: (options: SchemaOptions) => Readonly<Record<string, Schema>>;
}
