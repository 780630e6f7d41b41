import type { FastifyInstance } from "fastify";
import type { Scorer } from "../model/scorer";
import { addDescription } from "../description/description";
import type { DialectOptions } from "./dialect";
import { problemShape, type ErrorShape } from "../http/error-answers";
import { addMlflow, mlflowShape } from "./mlflow";
import { addOpenInference, inferenceShape } from "./open-inference";
import { addScore } from "./score";

/** How the dialect that an address belongs to tells of an error. */
export function shapeOf(path: string): ErrorShape {
  if (path === "/v2" || path.startsWith("/v2/")) return inferenceShape;
  return path === "/invocations" ? mlflowShape : problemShape;
}

/** Every way to ask for predictions; all end in the scorer. */
export function addDialects(app: FastifyInstance, scorer: Scorer, options: DialectOptions): void {
  addScore(app, scorer, options);
  addOpenInference(app, scorer, options);
  addMlflow(app, scorer, options);
  addDescription(app, scorer, options);
}
