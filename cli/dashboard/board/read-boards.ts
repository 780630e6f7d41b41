import { PlatformError, reasonOf } from "../../../platform/base/errors";
import { listDefinitions, loadDefinition } from "../../../platform/definition/definitions";
import { openStorage } from "../../../platform/storage/open-storage";
import { statusOfAll } from "../../../deploy/rules/status-of-all";
import { journalFolder, readDecisions } from "../../retraining/decision-journal";
import type { Session } from "../../session/session";
import { openTarget } from "../../session/target";
import type { Board, BrokenBoard } from "./board";
import type { RunCache } from "./run-cache";

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

async function readBoard(session: Session, name: string, runs: RunCache): Promise<Board> {
  const { settings, environments, registry, workspace } = session;
  const { definition } = await loadDefinition(name, undefined, settings.models);
  const problems: string[] = [];
  const { production } = environments;
  const { deployer } = openTarget(session, settings.target);
  const journal = await openStorage(journalFolder(workspace));
  const [statuses, versions, decisions] = await Promise.all([
    orProblem(statusOfAll(deployer, name, environments.names), { deployments: [], missing: [] }, problems),
    orProblem(registry.list(name), [], problems),
    orProblem(readDecisions(journal, { environment: production, name }), [], problems),
  ]);
  return {
    name,
    definition,
    deployments: statuses.deployments,
    production,
    runs: runs.of(name),
    versions: versions.toReversed(),
    decisions: decisions.toReversed(),
    problems: [...statuses.missing.map(({ message }) => message), ...problems],
    ...(settings.nodePrice && { nodePrice: settings.nodePrice }),
    hasStack: settings.target === "azure",
    readAt: new Date().toISOString(),
  };
}

/** Reads what is known of every model; a definition that is wrong is told beside the others. */
export async function readBoards(
  session: Session,
  runs: RunCache,
): Promise<ReadonlyMap<string, Board | BrokenBoard>> {
  await runs.refresh();
  const boards = new Map<string, Board | BrokenBoard>();
  for (const name of await listDefinitions(session.settings.models)) {
    const broken = (error: unknown): BrokenBoard => ({ name, fault: reasonOf(error) });
    boards.set(name, await readBoard(session, name, runs).catch(broken));
  }
  return boards;
}
