import { PlatformError } from "../../platform/base/errors";
import type { ModelDefinition } from "../../platform/definition/definition";
import type { Label } from "../../platform/predictions/labels";
import type { Session } from "../session/session";
import type { TargetName } from "../session/target";
import { readTruth } from "./collect";
import { findTruth } from "./truth-of";

interface Asked {
  readonly target: TargetName;
  readonly environment: string;
  /** Truth that the command names. */
  readonly labels?: string;
}

/** Truth by which predictions are watched. */
export interface WatchedTruth {
  /** Where it is; undefined where there is none that can be read. */
  readonly place?: string;
  readonly labels?: readonly Label[];
  /** It is all that was delivered since the model was released, and not of one window. */
  readonly accumulated: boolean;
  /** Why what was delivered cannot be read. */
  readonly fault?: string;
}

/**
 * The truth that a command names or, without that, what was delivered where the model is watched. A fault of what was delivered is told, and
 * keeps nobody from measuring drift: nobody who watches has written it.
 */
export async function watchedTruth(
  session: Session,
  definition: ModelDefinition,
  { labels: named, target, environment }: Asked,
): Promise<WatchedTruth> {
  if (named !== undefined) {
    const { labels } = await readTruth(definition, named);
    return { place: named, labels, accumulated: false };
  }
  const place = await findTruth(session, { target, environment, model: definition.name });
  if (place === undefined) return { accumulated: true };
  try {
    const { labels } = await readTruth(definition, place);
    return { place, labels, accumulated: true };
  } catch (error) {
    if (!(error instanceof PlatformError) || !error.code.startsWith("DATA_")) throw error;
    return { accumulated: true, fault: error.message };
  }
}
