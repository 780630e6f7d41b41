import type { DevOpsScope, Listed } from "./connection-steps";
import { approval, branchControl, type Checked } from "./check-steps";
import { known } from "../facts";
import { productionPreview, signInsOf } from "../names";
import { environmentName, infraEnvironment } from "../../config/pipelines";
import { absent, stateOf, type Step } from "./step";

interface Named {
  readonly id: number;
  readonly name: string;
}

function environment({ devops, facts }: DevOpsScope, name: string, describe: string): Step {
  const what = `The environment ${name}`;
  const path = `${facts.project.id}/_apis/pipelines/environments`;
  return {
    name: `environment ${name}`,
    describe,
    find: async () => {
      const { value } = await devops.get<Listed<Named>>(what, `${path}?name=${name}&api-version=7.1`);
      const found = value.find((each) => each.name === name);
      if (found !== undefined) facts.environments.set(name, found.id);
      return stateOf({}, found);
    },
    create: async () => {
      await devops.post(what, `${path}?api-version=7.1`, { name, description: `mlops: ${describe}` });
    },
  };
}

/**
 * The environments that deployments pass through: production and changes of stacks need an approval, tests do not.
 * Service connections that can change something or read restricted data get branch control: only one branch can use them. Those of
 * previews are for pull requests, whose code nobody has read yet: they can only read, and production's needs an approval.
 */
export function environmentSteps(scope: DevOpsScope): Step[] {
  const { target, facts } = scope;
  const names = target.environments.map(({ name }) => environmentName(name));
  const approved: Readonly<Record<string, string>> = {
    [names.at(-1) ?? ""]:
      "Compare the model with the one in production; the run's summary has both. Then approve.",
    [infraEnvironment]:
      "Read the preview of the stage before this one: what is created, changed and deleted. Then approve.",
    [productionPreview(target)]:
      "Read the change, of the pull request or of what is updated: its code is about to run with access to the state of production. Then approve.",
  };
  const approvalOf = (checked: Checked): Step[] => {
    const instructions = approved[checked.name];
    return instructions === undefined ? [] : [approval(scope, checked, instructions)];
  };
  const environments = [...names, infraEnvironment].flatMap((name) => {
    const checked: Checked = {
      type: "environment",
      name,
      id: () => facts.environments.get(name)?.toString(),
    };
    return [
      environment(scope, name, name === infraEnvironment ? "stacks are created and removed" : "releases"),
      ...approvalOf(checked),
    ];
  });
  const connections = signInsOf(target).flatMap(({ name, duty }) => {
    const checked: Checked = { type: "endpoint", name, id: () => facts.connections.get(name)?.id };
    return duty === "preview" ? approvalOf(checked) : [branchControl(scope, checked)];
  });
  return [...environments, ...connections];
}

/** Pipelines that are authorized to use a resource of the project. */
interface Permissions {
  readonly pipelines?: readonly { readonly id: number; readonly authorized?: boolean }[];
}

export interface Opened {
  readonly kind: "endpoint" | "variablegroup" | "environment";
  readonly name: string;
  /** Id of the resource; undefined until it is created. */
  readonly id: () => string | undefined;
  /** Names of the pipelines. */
  readonly to: readonly string[];
}

/** Authorizes these pipelines, and no others, to use a resource, so that their first run needs no confirmation. */
export function permission({ devops, facts }: DevOpsScope, opened: Opened): Step {
  const what = `The permission of pipelines on ${opened.name}`;
  const path = (): string =>
    `${facts.project.id}/_apis/pipelines/pipelinePermissions/${opened.kind}/${opened.id() ?? ""}?api-version=7.1-preview.1`;
  return {
    name: `use of ${opened.name} (${opened.kind})`,
    describe: opened.to.map((name) => name.replace("mlops-", "")).join(", "),
    find: async () => {
      if (opened.id() === undefined || opened.to.some((name) => !facts.pipelines.has(name))) return absent;
      const { pipelines = [] } = await devops.get<Permissions>(what, path());
      const authorized = new Set(pipelines.filter((each) => each.authorized).map(({ id }) => id));
      const closed = opened.to.filter((name) => !authorized.has(known(facts.pipelines, name)));
      return stateOf({ "not opened to": [] }, { "not opened to": closed });
    },
    create: async () => {
      const pipelines = opened.to.map((name) => ({ id: known(facts.pipelines, name), authorized: true }));
      await devops.patch(what, path(), { pipelines });
    },
  };
}
