import type { LoadedDefinition } from "../../platform/definition/definitions";
import { parseModelRef } from "../../platform/definition/model-ref";
import {
  decideRetraining,
  type RetrainingDecision,
  type RetrainingLimits,
} from "../../platform/gate/retraining-policy";
import { openData } from "../../platform/data/open-data";
import type { Digest } from "../../platform/base/files";
import type { Storage } from "../../platform/storage/storage";
import { collectData, type Collected } from "../data/collect-data";
import type { Session } from "../session/session";
import type { MonitorResult } from "../watching/monitor";
import {
  nextSequence,
  readDecisions,
  recordDecision,
  retrainingTimes,
  type RecordedDecision,
} from "./decision-journal";

interface Acting {
  readonly environment: string;
  readonly found: MonitorResult;
  readonly limits: RetrainingLimits;
  /** Where decisions are kept. */
  readonly journal: Storage;
  /** Truth that has arrived: the rows that it is of are added to the data before anything is decided. */
  readonly labels?: string | undefined;
  /**
   * Digest of the data that a stack trains on, undefined where it has none; absent where the model is trained on the data of this
   * machine. It may take long, so that it is asked for only where nothing else speaks against a retraining.
   */
  readonly stackData?: (() => Promise<Digest | undefined>) | undefined;
  readonly now: Date;
}

export interface Acted {
  readonly decision: RecordedDecision;
  readonly collected?: Collected;
}

async function digestOfData({ definition, dataFile }: LoadedDefinition): Promise<Digest> {
  const { engine, source } = await openData(definition, dataFile);
  await engine.close();
  return source.digest;
}

/**
 * Decides what is done about what a version's log has shown, and records it before it is done: a retraining that was begun counts, whatever
 * becomes of it. Data that the version, or a retraining since, was trained on is nothing new.
 */
export async function decideOnFindings(
  session: Pick<Session, "dataVersions" | "predictions" | "output" | "registry">,
  loaded: LoadedDefinition,
  { environment, found, limits, journal, labels, stackData, now }: Acting,
): Promise<Acted> {
  const { name } = loaded.definition;
  const { version, drift, performance } = found;
  const before = await readDecisions(journal, { environment, name });
  const retrainings = before.filter(({ action }) => action === "retrain");
  const collected =
    labels !== undefined && stackData === undefined
      ? await collectData(session, loaded, { labels, environment })
      : undefined;
  const { tags } = await session.registry.get(parseModelRef(version));
  const trainedOn = [tags.data, ...retrainings.map((each) => each.data)];
  const decide = (data: Digest | undefined): RetrainingDecision =>
    decideRetraining(
      {
        judged: drift.judged,
        drifted: drift.columns.filter(({ drifted }) => drifted).map(({ column }) => column),
        ...(performance?.kind === "measured" && { performance }),
        hasNewRows: data === undefined || !trainedOn.includes(data),
      },
      { limits, now, retrainings: retrainingTimes(before, now) },
    );
  let data = stackData === undefined ? await digestOfData(loaded) : undefined;
  let decided = decide(data);
  if (stackData !== undefined && decided.action === "retrain") {
    data = await stackData();
    decided = decide(data);
  }
  const decision: RecordedDecision = {
    sequence: nextSequence(before),
    time: now.toISOString(),
    environment,
    model: version,
    ...decided,
    rows: drift.rows,
    ...(data && { data }),
  };
  await recordDecision(journal, decision, { name });
  return { decision, ...(collected && { collected }) };
}
