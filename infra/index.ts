import * as authorization from "@pulumi/azure-native/authorization";
import { Access } from "./components/foundation/access";
import { Foundation } from "./components/foundation/foundation";
import { Triggers } from "./components/training/triggers";
import { Workspace } from "./components/training/workspace";
import { readEnvironments } from "../platform/release/environments";
import { readConfig } from "./config/config";
import { environmentOf } from "./config/environment";
import { buildImages } from "./components/images/images";
import { outputsOf } from "./components/outputs";
import { gatewayAddress } from "./components/serving/gateway-address";
import { prepareServing } from "./components/serving/prepare-serving";
import { isExposed } from "./config/exposure";
import { requireSplit } from "./config/split";
import { tagsOf } from "./config/tag-names";
import {
  attachedPool,
  keptDataOf,
  retrainingPipeline,
  trainingClusters,
} from "./components/training/training";
import { watch } from "./components/watching/watch";
import { hostWebApps, requireWebApps } from "./components/web/host-web-apps";

/**
 * An environment, from the foundation to monitoring: each block is a file in `components/`. A separate program,
 * serving/index.ts, deploys the scoring service, in its own stack.
 */
export = async (): Promise<Record<string, unknown>> => {
  const config = readConfig();
  await requireWebApps(config);
  await requireSplit(config.environment);
  const { tenantId } = authorization.getClientConfigOutput();

  const foundation = new Foundation("mlops", {
    ...config,
    isExposed: isExposed(config),
    tags: tagsOf(config),
  });
  const { placement, principals, scopes, containers } = foundation;
  const { operators, deployPrincipal: deployers } = config;
  const { releasePrincipal: releasers, watchPrincipal: watchers } = config;
  const { dashboardPrincipal: viewers, pagePrincipal: askers } = config;
  const outside = {
    ...(deployers !== undefined && { deployers }),
    ...(releasers !== undefined && { releasers }),
    ...(watchers !== undefined && { watchers }),
    ...(viewers !== undefined && { viewers }),
    ...(askers !== undefined && { askers }),
  };
  const people = { ...principals, operators, ...outside };
  const address = await gatewayAddress(config, foundation);
  const access = new Access("access", { principals: people, scopes: { ...scopes, ...address?.scopes } });

  const images = await buildImages(config, foundation, access);
  const workspace = new Workspace(
    "workspace",
    {
      placement,
      foundation,
      model: config.model,
      trainingImage: images.training,
      publicNetwork: config.network === "public",
      encryption: foundation.encryption,
    },
    { dependsOn: access.inEffectFor("workspace") },
  );
  const clusters = trainingClusters(config, foundation, workspace);
  attachedPool(config, foundation, workspace);
  // Only one stack trains: each stack numbers its versions separately, so the same number would mean different models.
  const trains = config.trains ?? config.environment === readEnvironments().training;
  const retraining = retrainingPipeline(config, { foundation, workspace, clusters, trains });
  const { devOpsProject: project, releasePipelineId: pipelineId } = config;
  const triggers = trains
    ? new Triggers("triggers", {
        placement,
        foundation,
        workspaceId: workspace.id,
        registry: workspace.trackingUri,
        endpoint: retraining.endpoint,
        model: config.model,
        release: project !== undefined && pipelineId !== undefined ? { project, pipelineId } : undefined,
        callerRanges: config.logicAppCallerRanges,
      })
    : undefined;

  const environment = environmentOf(config, {
    blobEndpoint: foundation.storage.blobEndpoint,
    predictionLogContainer: containers.predictionLog,
    auditContainer: containers.audit,
    historyContainer: containers.history,
    truthContainer: containers.truth,
    dataVersions: keptDataOf(foundation),
    vaultUri: foundation.vault.uri,
    trackingUri: workspace.trackingUri,
    tenantId,
    signingKey: foundation.signingKey?.uri,
  });
  const settings = {
    ...environment.scoring,
    APPLICATIONINSIGHTS_CONNECTION_STRING: foundation.insights.connectionString,
    APPLICATIONINSIGHTS_AUTHENTICATION_STRING: "Authorization=AAD",
  };
  const serving = prepareServing(config, { foundation, access, tenantId, address, settings });
  const lateAccess = new Access("late-access", {
    principals: people,
    scopes: { workspace: workspace.id, ...serving.scopes },
  });
  watch(config, { foundation, workspace, triggers, serving });
  const webApps = hostWebApps(config, {
    ...{ foundation, images, workspace, tenantId, access: [access, lateAccess] },
    retraining: retraining.endpoint,
    cli: environment.cli,
  });

  return outputsOf({
    config,
    foundation,
    workspace,
    clusters,
    retraining,
    images,
    environment,
    serving,
    webApps,
    address,
  });
};
