import type { FastifyInstance, FastifyReply } from "fastify";
import { userName } from "../../../platform/audit/actor";
import { html, type Html } from "../../report/html";
import { maxCompared, comparePage } from "../pages/compare-page";
import { actionPage } from "../pages/action-page";
import { approvalPart } from "../pages/approval-part";
import { auditPage } from "../pages/audit-page";
import { costsPage } from "../pages/costs-page";
import { dataPage } from "../pages/data-page";
import { jobPage } from "../pages/job-page";
import { runsPage, versionsPage } from "../pages/list-pages";
import { modelPage } from "../pages/model-page";
import { modelsPage } from "../pages/models-page";
import { monitoringPage } from "../pages/monitoring-page";
import { runPage, approvalSections } from "../pages/run-page";
import { servingPart } from "../pages/serving-part";
import { comparedTrainingsPage, trainingPage, trainingsPage, type OpenedJob } from "../pages/trainings-page";
import type { Audited } from "../../audit/show-audit";
import type { ComparedRun, RunSummary } from "../../runs/run-summary";
import type { TrainingJob } from "../../runs/training-job";
import type { MonitorResult } from "../../watching/monitor";
import { versionPage } from "../pages/version-page";
import { productionOf, runOfVersion, waitingForApproval, type Board } from "../board/board";
import type { KeptData } from "../board/kept-data";
import type { VersionFacts } from "../board/version-facts";
import { Measurements } from "../measurements";
import { liveScript } from "../web/live-script";
import { sendPage } from "../web/send-page";
import { notFound, type Desk } from "./desk";

interface ModelRoute {
  Params: { model: string };
  Querystring: Record<string, unknown>;
}

/** A value of the query, which is a list when it is given several times. */
const listOf = (value: unknown): string[] =>
  (Array.isArray(value) ? value : [value]).filter((item) => typeof item === "string");

function addLists(app: FastifyInstance, desk: Desk): void {
  const { boards } = desk.parts;
  app.get("/", (_request, reply) => sendPage(reply, modelsPage([...boards.current.values()])));
  app.get<ModelRoute>("/models/:model", async ({ params }, reply) => {
    const board = desk.board(params.model);
    return sendPage(reply, modelPage(board, { actions: desk.actionsOf(board), draw: await desk.drawing() }));
  });
  app.get<ModelRoute>("/models/:model/runs", ({ params, query }, reply) =>
    sendPage(reply, runsPage(desk.board(params.model), query.page)),
  );
  app.get<ModelRoute>("/models/:model/versions", ({ params, query }, reply) =>
    sendPage(reply, versionsPage(desk.board(params.model), query.page)),
  );
}

function addVersion(app: FastifyInstance, desk: Desk): void {
  const asked = new Measurements<VersionFacts>();
  app.get<{ Params: { model: string; version: string } }>(
    "/models/:model/versions/:version",
    async ({ params }, reply) => {
      const board = desk.board(params.model);
      const version = desk.version(board, params.version);
      const facts = await asked.of(version.digest, () => desk.parts.factsOf(version));
      return sendPage(reply, versionPage(board, version, facts));
    },
  );
}

function addData(app: FastifyInstance, desk: Desk): void {
  const asked = new Measurements<KeptData>();
  app.get<ModelRoute>("/models/:model/data", async ({ params, query }, reply) => {
    const board = desk.board(params.model);
    const kept = await asked.of(board.name, () => desk.parts.dataOf(board));
    return sendPage(reply, dataPage(board, kept, query.page));
  });
}

function addRuns(app: FastifyInstance, desk: Desk): void {
  const { parts } = desk;
  app.get<{ Params: { model: string; run: string } }>(
    "/models/:model/runs/:run",
    async ({ params }, reply) => {
      const board = desk.board(params.model);
      desk.requireRun(board, params.run);
      return sendPage(reply, runPage(await parts.reportOf(board, params.run), await desk.drawing()));
    },
  );
  app.get<ModelRoute>("/models/:model/compare", async ({ params, query }, reply) => {
    const board = desk.board(params.model);
    const asked = [...new Set(listOf(query.run))].slice(0, maxCompared);
    for (const id of asked) desk.requireRun(board, id);
    const runs = await Promise.all(asked.map((id) => parts.comparedRun(id)));
    return sendPage(reply, comparePage(board.name, runs, await desk.drawing()));
  });
}

function addWatching(app: FastifyInstance, desk: Desk): void {
  const { parts } = desk;
  const measurements = new Measurements<MonitorResult>();
  app.get<ModelRoute>("/models/:model/serving", ({ params }, reply: FastifyReply) =>
    reply.type("text/html; charset=utf-8").send(servingPart(desk.board(params.model)).markup),
  );
  app.get<ModelRoute>("/models/:model/monitoring", async ({ params, query }, reply) => {
    const board = desk.board(params.model);
    const { name, definition, production } = board;
    const hours = /^\d{1,5}$/.test(String(query.hours)) ? Number(query.hours) : undefined;
    const measured = await measurements.of(`${name} ${hours ?? ""}`, () => parts.monitor(board, hours));
    const asked = { name, definition, environment: production, hours };
    return sendPage(reply, monitoringPage(asked, measured, await desk.drawing()));
  });
}

/** Each takes some requests of Azure. */
const shownJobs = 20;

function addTrainings(app: FastifyInstance, desk: Desk): void {
  const { parts } = desk;
  const lists = new Measurements<readonly TrainingJob[]>();
  const jobs = new Measurements<OpenedJob>();
  app.get<ModelRoute>("/models/:model/trainings", async ({ params }, reply) => {
    const board = desk.board(params.model);
    const asked = await lists.of(board.name, () => parts.trainings(board).list(shownJobs));
    return sendPage(reply, trainingsPage(board, asked));
  });
  app.get<ModelRoute>("/models/:model/costs", async ({ params }, reply) => {
    const board = desk.board(params.model);
    const ofRuns = board.runs.map(({ startedAt, trainingMs = 0 }) => ({
      startedAt,
      nodeMinutes: trainingMs / 60_000,
    }));
    const asked = board.hasStack
      ? await lists.of(board.name, () => parts.trainings(board).list(shownJobs))
      : { state: "measured" as const, result: ofRuns };
    return sendPage(reply, costsPage(board, asked, { maxJobs: shownJobs }));
  });
  const compared = new Measurements<readonly ComparedRun[]>();
  app.get<ModelRoute>("/models/:model/trainings/compare", async ({ params, query }, reply) => {
    const board = desk.board(params.model);
    const ids = [...new Set(listOf(query.run))].slice(0, maxCompared);
    const source = parts.trainings(board);
    const asked = await compared.of(JSON.stringify([board.name, ...ids]), () =>
      Promise.all(ids.map((id) => source.compared(id))),
    );
    return sendPage(reply, comparedTrainingsPage(board, asked, await desk.drawing()));
  });
  app.get<{ Params: { model: string; job: string } }>(
    "/models/:model/trainings/:job",
    async ({ params }, reply) => {
      const board = desk.board(params.model);
      const { job } = params;
      const asked = await jobs.of(`${board.name} ${job}`, () => parts.trainings(board).open(job));
      return sendPage(reply, trainingPage(board, job, asked));
    },
  );
}

/** How long the trail is shown before it is read again, in milliseconds: whoever has just acted looks for it. */
const auditFreshMs = 5_000;

function addAudit(app: FastifyInstance, desk: Desk): void {
  const trails = new Measurements<Audited>(Date.now, auditFreshMs);
  app.get<{ Querystring: Record<string, unknown> }>("/audit", async ({ query }, reply) => {
    const [model] = listOf(query.model);
    if (model !== undefined) desk.board(model);
    const asked = await trails.of(model ?? "", () => desk.parts.audit(model));
    return sendPage(reply, auditPage(asked, model, query.page));
  });
}

/** What an approval rests on: what it changes, what production shows, and what the run has found. */
async function aboutApproval(desk: Desk, board: Board, run: RunSummary, who: string): Promise<Html> {
  const { parts } = desk;
  const stable = productionOf(board)?.stable;
  const served = stable && runOfVersion(board, stable.model);
  const part = approvalPart(board, {
    who,
    candidate: await parts.comparedRun(run.id),
    served: served && (await parts.comparedRun(served.id)),
  });
  const sections = approvalSections(await parts.reportOf(board, run.id), await desk.drawing());
  return html`${part}${sections}`;
}

function addActions(app: FastifyInstance, desk: Desk): void {
  const { parts } = desk;
  app.get<{ Params: { model: string; action: string } }>(
    "/models/:model/actions/:action",
    async ({ params, headers }, reply) => {
      const board = desk.board(params.model);
      const { action } = desk.action(board, params.action);
      const run = action.id === "approve" ? waitingForApproval(board) : undefined;
      const who = parts.entrance?.whoIs?.(headers) ?? userName();
      const about = run && (await aboutApproval(desk, board, run, who));
      return sendPage(reply, actionPage(board, { action, formKey: desk.formKey, about }));
    },
  );
  app.get<{ Params: { job: string } }>("/jobs/:job", ({ params }, reply) => {
    const job = parts.jobs?.get(params.job);
    if (job === undefined) throw notFound(`job "${params.job}"`);
    return sendPage(reply, jobPage(job));
  });
}

/** Every page that shows something; none of them changes anything. */
export function addPages(app: FastifyInstance, desk: Desk): void {
  app.get("/live.js", (_request, reply) => reply.type("text/javascript; charset=utf-8").send(liveScript));
  addLists(app, desk);
  addVersion(app, desk);
  addData(app, desk);
  addRuns(app, desk);
  addWatching(app, desk);
  addTrainings(app, desk);
  addAudit(app, desk);
  addActions(app, desk);
}
