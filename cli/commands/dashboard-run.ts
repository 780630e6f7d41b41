import { hourMs } from "../../platform/base/durations";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { readActs } from "../audit/show-audit";
import { reasonOf } from "../../platform/base/errors";
import { closeGracefully, listen } from "../../platform/http/listening";
import { placeOf } from "../../platform/release/place";
import type { Target } from "../../platform/release/target";
import { openDashboard } from "../dashboard/application";
import type { DashboardParts } from "../dashboard/routes/desk";
import { Jobs } from "../dashboard/actions/jobs";
import { Trials } from "../dashboard/actions/open-trial";
import type { Board } from "../dashboard/board/board";
import { BoardKeeper } from "../dashboard/board/board-keeper";
import { readKeptData } from "../dashboard/board/kept-data";
import { readBoards } from "../dashboard/board/read-boards";
import { RunCache } from "../dashboard/board/run-cache";
import { readVersionFacts, VersionFactsReader } from "../dashboard/board/version-facts";
import { hostedEntrance, newAccessKey } from "../dashboard/web/access";
import type { FormerRun } from "../report/report-input";
import { openComparedRun } from "../runs/run-summary";
import { Runs } from "../runs/runs";
import { openTrainingSource } from "../trainings/training-source";
import { openSession, type Session } from "../session/session";
import { openTarget } from "../session/target";
import { maxFormerRuns, reportInput } from "../steps/run-report";
import { monitor } from "../watching/monitor";
import { predictionLogOf } from "../watching/prediction-log-of";
import { openingHistory } from "../session/watch-history";
import { WindowReader } from "../watching/window-journal";
import { scoreFile } from "../watching/score-file";
import type { CommandScope } from "./command-scope";
import { programArguments } from "../../build/start-program";

export interface DashboardFlags {
  readonly port: number;
  readonly allowChanges?: boolean;
  readonly hosted?: boolean;
  readonly history?: string;
  readonly json?: boolean;
}

/** The same is told once, however often it is read. */
function reportOnce(session: Session): (error: unknown) => void {
  const told = new Set<string>();
  return (error) => {
    const message = reasonOf(error);
    if (told.has(message)) return;
    told.add(message);
    session.output.print(message);
  };
}

/** Releases need stacks, which a web app neither reads nor updates; the training pipeline is only called. */
const hostedActions = { actions: ["retrain"] } as const;

/** The runs before a run, by what was read already; on a page beside its own, each is found by its id. */
function formerRunsOf({ runs }: Board, id: string): FormerRun[] {
  const at = runs.findIndex((run) => run.id === id);
  return runs
    .slice(at + 1, at + 1 + maxFormerRuns)
    .map((run) => ({ run, report: encodeURIComponent(run.id) }));
}

interface Running {
  readonly boards: BoardKeeper;
  readonly facts: VersionFactsReader;
  readonly jobs: Jobs | undefined;
  readonly scratch: string;
}

function partsOf(session: Session, { boards, facts, jobs, scratch }: Running): DashboardParts {
  const { runs, settings, registry } = session;
  const opened = (): Target => openTarget(session, settings.target);
  const { deployer } = opened();
  const trials = new Trials({ registry, openTarget: opened, asTest: true, place: placeOf(settings.target) });
  return {
    boards,
    scratch,
    access: newAccessKey(),
    ...(jobs && { jobs }),
    reportOf: async (board, id) =>
      reportInput(
        { session, run: await runs.get(id), definition: board.definition },
        formerRunsOf(board, id),
      ),
    comparedRun: async (id) => openComparedRun(runs, await runs.get(id)),
    monitor: async ({ name, definition, production }, hours) =>
      monitor(
        {
          ...session,
          deployer,
          predictions: await predictionLogOf(session, {
            target: settings.target,
            environment: production,
            model: name,
          }),
        },
        {
          environment: production,
          model: name,
          rule: definition.drift,
          performance: { definition },
          ...(hours !== undefined && { from: new Date(Date.now() - hours * hourMs) }),
        },
      ),
    factsOf: (version) => facts.of(version),
    dataOf: ({ name }) => readKeptData(session, name),
    trainings: ({ name }) => openTrainingSource(session, { target: settings.target, model: name }),
    audit: (model) => readActs(session.audit, model),
    openTrial: (board) => trials.open(board),
    scoreFile: ({ definition }, input, output) => scoreFile(session, definition, { input, output, deployer }),
  };
}

/** Shows the dashboard until the command is told to end. */
export async function runDashboard(
  scope: CommandScope,
  { port: asked, allowChanges = false, hosted = false, history, json = false }: DashboardFlags,
): Promise<void> {
  const { signal } = scope;
  const entrance = hosted ? hostedEntrance(process.env) : undefined;
  const session = await openSession({
    json,
    signal,
    attached: false,
    hosted: hosted ? "dashboard" : undefined,
  });
  const report = reportOnce(session);
  const cache = new RunCache(new Runs(session.workspace.runs, report));
  const { target } = session.settings;
  const opened = openingHistory(session, { target, history });
  const facts = new VersionFactsReader((version) => readVersionFacts(session.registry, version));
  const sources = {
    facts,
    runs: cache,
    windows: new WindowReader(async () => (await opened()).windows),
    decisions: async () => (await opened()).decisions,
  };
  const boards = new BoardKeeper(() => readBoards(session, sources));
  const [, program = ""] = process.argv;
  const jobs = allowChanges
    ? new Jobs(
        [process.execPath, ...process.execArgv, ...programArguments(program)],
        () => void boards.refresh().catch(report),
      )
    : undefined;
  const scratch = await mkdtemp(path.join(tmpdir(), "mlops-dashboard-"));
  scope.defer(() => rm(scratch, { recursive: true, force: true }));
  const parts = {
    ...partsOf(session, { boards, facts, jobs, scratch }),
    entrance,
    ...(hosted && hostedActions),
  };
  const app = await openDashboard(parts);
  // Whoever comes as soon as it answers finds the models.
  await boards.refresh();
  const host = hosted ? "0.0.0.0" : "127.0.0.1";
  const port = await listen(app.server, { host, port: asked, setBy: "--port" });
  scope.defer(async () => {
    await jobs?.stop();
    app.server.closeAllConnections();
    await closeGracefully(app.server);
  });
  const url = hosted
    ? `https://${process.env.WEBSITE_HOSTNAME}/`
    : `http://127.0.0.1:${port}/?key=${parts.access.key}`;
  const may = allowChanges
    ? "Its pages may change what is released."
    : "It only shows; --allow-changes lets its pages act.";
  session.output.result({ url, allowChanges }, `The dashboard is at ${url}\n${may} Ctrl-C stops it.`);
  void boards.keep(signal, report);
  if (!signal.aborted) await once(signal, "abort");
}
