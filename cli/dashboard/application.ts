import fastify, { type FastifyInstance } from "fastify";
import { addForms } from "./routes/add-forms";
import { addPages } from "./routes/add-pages";
import { Desk, type DashboardParts } from "./routes/desk";
import { addGuard } from "./web/guard";

/** Bytes that a form without a file may have. */
const maxForm = 100_000;

/** The dashboard: pages of what is known, and forms for what may be done. It does not listen yet. */
export async function openDashboard(parts: DashboardParts): Promise<FastifyInstance> {
  const app = fastify({ logger: false, bodyLimit: maxForm, routerOptions: { maxParamLength: 200 } });
  addGuard(app, parts.access, () => {
    const address = app.server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  const desk = new Desk(parts);
  addPages(app, desk);
  await addForms(app, desk);
  // Loaded before the first page is asked for: it takes half a second.
  await desk.drawing();
  await app.ready();
  return app;
}
