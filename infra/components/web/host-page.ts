import * as pulumi from "@pulumi/pulumi";
import type { StackConfig } from "../../config/stack-config";
import { refusal } from "../../config/refusal";
import { loadDefinition } from "../../../platform/definition/definitions";
import { HostedApp } from "./hosted-app";
import type { HostedPlace, WebSources } from "./web-sources";
import type { SignIn } from "./sign-in";

/** Refuses a page of a model whose definition publishes none, before anything is declared: the program in it would not start. */
export async function requirePublishedModel({ environment, page, model }: StackConfig): Promise<void> {
  if (page === "off") return;
  const { definition, definitionFile } = await loadDefinition(model);
  if (definition.page === true) return;
  throw refusal(
    `mlops:page is ${page}, and the definition of ${model} publishes no page. Expected \`page: true\` in ${definitionFile}: whoever owns the model says so. Add it, or run: pulumi config set --stack ${environment} mlops:page off`,
  );
}

/** Who is let in. */
function signInOf(config: StackConfig, tenantId: pulumi.Input<string>): SignIn | undefined {
  const { page, pageApplication: application, pageGroups: groups } = config;
  // The configuration was checked: the application is there with a sign-in.
  if (page === "public" || application === undefined) return undefined;
  return { tenantId, application, groups };
}

/** The web app with the page of the stack's model, if it has one, for those who may only ask it. */
export function hostPage(
  config: StackConfig,
  sources: WebSources,
  planId: pulumi.Input<string>,
): HostedPlace | undefined {
  const { environment, page, pageMaxFileMb, model } = config;
  const { foundation, images, tenantId, cli } = sources;
  const { page: identity, pull } = foundation.identities;
  if (page === "off" || identity === undefined || images.dashboard === undefined) return undefined;
  const { MLOPS_REGISTRY, MLOPS_HISTORY } = cli;
  const open = page === "public" ? " --public" : "";
  const { url } = new HostedApp(
    "page",
    {
      placement: foundation.placement,
      planId,
      image: images.dashboard,
      verb: `page --hosted${open} --model ${model} --max-file-mb ${pageMaxFileMb}`,
      identity,
      pull,
      signIn: signInOf(config, tenantId),
      // Where versions are, and what is released: all that it reads.
      stackOutputs: pulumi.jsonStringify({
        [environment]: { environment: { cli: { MLOPS_REGISTRY, MLOPS_HISTORY } } },
      }),
    },
    { dependsOn: sources.access.flatMap(({ assignments }) => [...assignments]) },
  );
  return { url, principalId: identity.principalId };
}
