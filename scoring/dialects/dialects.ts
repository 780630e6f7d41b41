import type { Dialect } from "./dialect";
import { mlflow } from "./mlflow";
import { openInference } from "./open-inference";
import { score } from "./score";
import { service } from "./service";

/** Every dialect of the service, in the order of its description. */
export const dialects: readonly Dialect[] = [score, openInference, mlflow, service];
