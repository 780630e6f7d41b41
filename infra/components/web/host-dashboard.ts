import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/stack-config";
import { HostedApp } from "./hosted-app";
import type { HostedPlace, WebSources } from "./web-sources";

/** The dashboard's web app, if the stack has one: where models are trained, as versions, history and audit trail are there. */
export function hostDashboard(
  config: StackConfig,
  sources: WebSources,
  planId: pulumi.Input<string>,
): HostedPlace | undefined {
  const { environment, dashboard, dashboardApplication, model, operators } = config;
  const { foundation, images, workspace, retraining, tenantId } = sources;
  const { dashboard: identity, pull } = foundation.identities;
  if (dashboard === "off" || identity === undefined) return undefined;
  // The configuration was checked: both are there with a dashboard.
  if (dashboardApplication === undefined || images.dashboard === undefined) return undefined;
  const { url } = new HostedApp(
    "dashboard",
    {
      placement: foundation.placement,
      planId,
      image: images.dashboard,
      verb: `dashboard --hosted${dashboard === "act" ? " --allow-changes" : ""}`,
      identity,
      pull,
      signIn: { tenantId, application: dashboardApplication, groups: operators },
      stackOutputs: pulumi.jsonStringify({
        [environment]: { model, workspaceId: workspace.id, retraining, environment: { cli: sources.cli } },
      }),
    },
    { dependsOn: sources.access.flatMap(({ assignments }) => [...assignments]) },
  );
  return { url, principalId: identity.principalId };
}
