import fastify, { type FastifyInstance } from "fastify";
import type { ScoreFileResult } from "../watching/score-file";
import { customerPlace } from "./pages/try-place";
import { addForms } from "./routes/add-forms";
import { addFormParsers } from "./routes/form-fields";
import { addPages } from "./routes/add-pages";
import type { Trial } from "./actions/open-trial";
import { addTry } from "./routes/add-try";
import { Desk, type DashboardParts } from "./routes/desk";
import { ownEntrance, type AccessKey, type Entrance } from "./web/access";
import { addGuard, refuseAddress } from "./web/guard";
import { webServer } from "./web/web-server";

/** Bytes that a form without a file may have. */
const maxForm = 100_000;

/** What the page of one model is made from. */
interface ModelPageParts {
  readonly model: string;
  readonly access: AccessKey;
  readonly entrance: Entrance;
  /** Folder for files that are scored; whoever made it removes it. */
  readonly scratch: string;
  /** Size of the largest file that is taken, in MB. */
  readonly maxFileMb: number;
  readonly openTrial: () => Promise<Trial>;
  readonly scoreFile: (input: string, output: string) => Promise<ScoreFileResult>;
}

/** The port that an application listens on; 0 before it does. */
function portOf({ server }: FastifyInstance): number {
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** The page of one model for those who may only ask it: a form, and files that come back scored. Nothing else is there. */
export async function openModelPage({
  access,
  entrance,
  ...parts
}: ModelPageParts): Promise<FastifyInstance> {
  const app = fastify({
    ...webServer(),
    logger: false,
    bodyLimit: maxForm,
    frameworkErrors: refuseAddress(entrance),
  });
  addGuard(app, access, { entrance, portOf: () => portOf(app) });
  const place = customerPlace(parts.model, parts.maxFileMb);
  await addFormParsers(app, parts.maxFileMb);
  addTry(app, "", {
    ...parts,
    access,
    of: () => ({ place, openTrial: parts.openTrial, scoreFile: parts.scoreFile }),
  });
  await app.ready();
  return app;
}

/** The dashboard: pages of what is known, and forms for what may be done. It does not listen yet. */
export async function openDashboard(parts: DashboardParts): Promise<FastifyInstance> {
  const { entrance = ownEntrance } = parts;
  const app = fastify({
    ...webServer(),
    logger: false,
    bodyLimit: maxForm,
    routerOptions: { maxParamLength: 200 },
    frameworkErrors: refuseAddress(entrance),
  });
  addGuard(app, parts.access, { entrance, portOf: () => portOf(app) });
  const desk = new Desk(parts);
  addPages(app, desk);
  await addForms(app, desk);
  // Loaded before the first page is asked for: it takes half a second.
  await desk.drawing();
  await app.ready();
  return app;
}
