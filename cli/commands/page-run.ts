import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { PlatformError } from "../../platform/base/errors";
import { isLoopback, isPrivate } from "../../platform/http/address";
import { closeGracefully, listen } from "../../platform/http/listening";
import { placeOf } from "../../platform/release/place";
import type { Target } from "../../platform/release/target";
import { Trials } from "../dashboard/actions/open-trial";
import { openModelPage } from "../dashboard/application";
import { accessKeyOf, hostedPageEntrance, newAccessKey, publishedEntrance } from "../dashboard/web/access";
import { openTarget } from "../session/target";
import { scoreFile } from "../watching/score-file";
import type { CommandScope } from "./command-scope";
import { openCommand } from "./open-command";

export interface PageFlags {
  readonly model: string;
  readonly host: string;
  readonly port: number;
  readonly url?: string;
  readonly hosted?: boolean;
  readonly public?: boolean;
  readonly maxFileMb: number;
  readonly json?: boolean;
}

/** Whether a text is the address of a site as a whole. */
function isSite(text: string): boolean {
  return URL.canParse(text) && /^https?:\/\/[^/?#]+\/?$/i.test(text);
}

/** The link holds a key, and what is sent may be personal: neither goes over a network in the clear. */
function requirePrivacy({ host, url, hosted, public: isPublic }: PageFlags): void {
  if (isPublic && !hosted) {
    throw new PlatformError(
      "USAGE",
      "--public is for a web app of App Service. Expected --hosted with it. A page that you serve yourself has a link with a key: leave --public out, and give the link to everybody.",
    );
  }
  // There, TLS and the address are those of App Service.
  if (hosted) return;
  if (url !== undefined && !isSite(url)) {
    throw new PlatformError(
      "USAGE",
      `--url is "${url}". Expected an address without a path, such as https://predict.example.com. Correct it.`,
    );
  }
  if (url !== undefined && !isPrivate(url)) {
    throw new PlatformError(
      "USAGE",
      `--url is ${url}, over which anybody on the way reads the key and what is sent. Expected an https:// address. Put a proxy that ends TLS before the page.`,
    );
  }
  if (url === undefined && !isLoopback(host)) {
    throw new PlatformError(
      "USAGE",
      `--host ${host} lets other machines in, and there is no address by which they come. Expected --url with it, the https:// address of the proxy before the page. Add it, or leave --host out.`,
    );
  }
}

/** Serves the page of a model until the command is told to end. */
export async function runPage(scope: CommandScope, flags: PageFlags): Promise<void> {
  requirePrivacy(flags);
  const { model, port: asked, url, hosted = false, public: isPublic = false } = flags;
  const entrance = hosted ? hostedPageEntrance(process.env, { isPublic }) : publishedEntrance(url);
  const { session, loaded } = await openCommand(scope, flags, { hosted: hosted ? "page" : undefined });
  const { definition } = loaded;
  if (definition.page !== true) {
    throw new PlatformError(
      "USAGE",
      `The definition of ${model} publishes no page. Expected \`page: true\` in ${loaded.definitionFile}: whoever owns the model says so. Add it, or use \`mlops dashboard\`.`,
    );
  }
  const { production } = session.environments;
  const opened = (): Target => openTarget(session, session.settings.target);
  const { deployer } = opened();
  const scratch = await mkdtemp(path.join(tmpdir(), "mlops-page-"));
  scope.defer(() => rm(scratch, { recursive: true, force: true }));
  const key = session.settings.pageKey;
  const access = key === undefined ? newAccessKey() : accessKeyOf(key);
  const trials = new Trials({
    registry: session.registry,
    openTarget: opened,
    asTest: false,
    place: placeOf(session.settings.target),
  });
  const app = await openModelPage({
    model,
    access,
    entrance,
    scratch,
    maxFileMb: flags.maxFileMb,
    openTrial: () => trials.open({ name: model, production }),
    scoreFile: (input, output) => scoreFile(session, definition, { input, output, deployer }),
  });
  const host = hosted ? "0.0.0.0" : flags.host;
  const port = await listen(app.server, { host, port: asked, setBy: "--port" });
  scope.defer(async () => {
    app.server.closeAllConnections();
    await closeGracefully(app.server);
  });
  if (hosted) {
    const address = `https://${process.env.WEBSITE_HOSTNAME}/`;
    const who = isPublic ? "Everybody may ask." : "App Service says who may ask.";
    const text = `The page of ${model} is at ${address}\n${who} Ctrl-C stops it.`;
    session.output.result({ url: address, model }, text);
    if (!scope.signal.aborted) await once(scope.signal, "abort");
    return;
  }
  const site = url === undefined ? `http://127.0.0.1:${port}` : new URL(url).origin;
  const link = `${site}/?key=${access.key}`;
  const lasts =
    key === undefined
      ? "The next start has another key, unless MLOPS_PAGE_KEY sets one."
      : "Its key is that of MLOPS_PAGE_KEY.";
  session.output.result(
    { url: link, model },
    `The page of ${model} is at ${link}\n${lasts} Ctrl-C stops it.`,
  );
  if (!scope.signal.aborted) await once(scope.signal, "abort");
}
