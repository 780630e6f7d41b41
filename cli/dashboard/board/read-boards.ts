import { PlatformError, explainedReasonOf } from "../../../platform/base/errors";
import { formatModelRef } from "../../../platform/definition/model-ref";
import { listDefinitions, loadDefinition } from "../../../platform/definition/definitions";
import type { Storage } from "../../../platform/storage/storage";
import { placeOf } from "../../../platform/release/place";
import { statusOfAll } from "../../../deploy/rules/status-of-all";
import { readDecisions } from "../../retraining/decision-journal";
import type { Session } from "../../session/session";
import { openTarget } from "../../session/target";
import type { WindowReader } from "../../watching/window-journal";
import type { Board, BrokenBoard } from "./board";
import type { RunCache } from "./run-cache";
import type { VersionFactsReader } from "./version-facts";

/** What a source says, or the sentence that says why it does not: one that is away must not hide the others. */
async function orProblem<T>(read: Promise<T>, otherwise: T, problems: string[]): Promise<T> {
  try {
    return await read;
  } catch (error) {
    if (!(error instanceof PlatformError)) throw error;
    problems.push(error.message);
    return otherwise;
  }
}

/** What is read once and kept from one reading to the next, and where decisions are. */
export interface BoardSources {
  readonly runs: RunCache;
  readonly facts: VersionFactsReader;
  readonly windows: WindowReader;
  readonly decisions: () => Promise<Storage>;
}

/** Versions whose files are read where their runs are not here: those that the model's page lists. */
const maxRead = 10;

/** What is known of the newest versions by their files. */
function factsOf(
  reader: VersionFactsReader,
  { runs, versions }: Pick<Board, "runs" | "versions">,
): Board["facts"] {
  const here = new Set(runs.map(({ version }) => version));
  const elsewhere = versions.slice(0, maxRead).filter((version) => !here.has(formatModelRef(version)));
  return new Map(
    elsewhere.flatMap((version) => {
      const facts = reader.find(version);
      return facts === undefined ? [] : [[version.digest, facts]];
    }),
  );
}

async function readBoard(session: Session, name: string, sources: BoardSources): Promise<Board> {
  const { settings, environments, registry } = session;
  const { definition } = await loadDefinition(name, undefined, settings.models);
  const problems: string[] = [];
  const { production } = environments;
  const { deployer } = openTarget(session, settings.target);
  const watched = { environment: production, name };
  const [statuses, versions, decisions, windows] = await Promise.all([
    orProblem(statusOfAll(deployer, name, environments.names), { deployments: [], missing: [] }, problems),
    orProblem(registry.list(name), [], problems),
    orProblem(
      sources.decisions().then((storage) => readDecisions(storage, watched)),
      [],
      problems,
    ),
    orProblem(sources.windows.read(watched), [], problems),
  ]);
  const known = { runs: sources.runs.of(name), versions: versions.toReversed() };
  return {
    ...known,
    name,
    definition,
    facts: factsOf(sources.facts, known),
    deployments: statuses.deployments,
    production,
    decisions: decisions.toReversed(),
    windows,
    problems: [...statuses.missing.map(({ message }) => message), ...problems],
    ...(settings.nodePrice && { nodePrice: settings.nodePrice }),
    hasStack: placeOf(settings.target).environments === "stacks",
    readAt: new Date().toISOString(),
  };
}

/** Reads what is known of every model; a definition that is wrong is told beside the others. */
export async function readBoards(
  session: Session,
  sources: BoardSources,
): Promise<ReadonlyMap<string, Board | BrokenBoard>> {
  await sources.runs.refresh();
  const boards = new Map<string, Board | BrokenBoard>();
  for (const name of await listDefinitions(session.settings.models)) {
    const broken = (error: unknown): BrokenBoard => ({ name, fault: explainedReasonOf(error) });
    boards.set(name, await readBoard(session, name, sources).catch(broken));
  }
  return boards;
}
