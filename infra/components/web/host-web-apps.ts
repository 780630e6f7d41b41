import type { StackConfig } from "../../config/stack-config";
import { refusal } from "../../config/refusal";
import { readEnvironments } from "../../../platform/release/environments";
import { hostDashboard } from "./host-dashboard";
import { hostPage, requirePublishedModel } from "./host-page";
import { WebPlan } from "./web-plan";
import type { HostedPlace, WebSources } from "./web-sources";

/** The web apps of an environment. */
export interface WebApps {
  readonly dashboard?: HostedPlace;
  readonly page?: HostedPlace;
}

/** Refuses web apps in another environment than the first, and a page that nobody has published, before anything is declared. */
export async function requireWebApps(config: StackConfig): Promise<void> {
  const { environment, dashboard, page } = config;
  const { training } = readEnvironments();
  const remedy = (key: string): string =>
    `Run: pulumi config set --stack ${environment} mlops:${key} off, and set it in ${training}.`;
  if (dashboard !== "off" && environment !== training)
    throw refusal(
      `mlops:dashboard is ${dashboard} in stack ${environment}, and the dashboard shows all environments from the first one, ${training}. ${remedy("dashboard")}`,
    );
  if (page !== "off" && environment !== training)
    throw refusal(
      `mlops:page is ${page} in stack ${environment}, and the page asks production from the first one, ${training}, where the versions are. ${remedy("page")}`,
    );
  await requirePublishedModel(config);
}

/** Declares the web apps that the stack is told to have, in one plan. */
export function hostWebApps(config: StackConfig, sources: WebSources): WebApps {
  if (config.dashboard === "off" && config.page === "off") return {};
  const { placement } = sources.foundation;
  const { id } = new WebPlan("web", { placement });
  const dashboard = hostDashboard(config, sources, id);
  const page = hostPage(config, sources, id);
  return { ...(dashboard && { dashboard }), ...(page && { page }) };
}
