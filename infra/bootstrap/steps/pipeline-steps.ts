import type { DevOpsScope, Listed } from "./connection-steps";
import { groupSteps } from "./group-steps";
import { permission } from "./environment-steps";
import { policySteps } from "./policy-steps";
import {
  duties,
  environmentName,
  infraEnvironment,
  passedBy,
  pipelines,
  signedInto,
  signInName,
  updatedBy,
  updatesGroup,
  type Pipeline,
} from "../../config/pipelines";
import { secretGroup, sharedGroup } from "../names";
import { absent, stateOf, type Step } from "./step";

/** The security namespace of Git repositories, and its bit for "Contribute to pull requests". */
const gitPermissions = "2e9eb7ed-3c0a-47d4-87c1-0ffdd275fd87";
const contributeToPullRequests = 16_384;

interface Definition {
  readonly id: number;
  readonly name: string;
  readonly folder?: string;
}

interface Whole {
  readonly configuration?: { readonly path?: string };
}

function pipeline({ devops, facts }: DevOpsScope, { name, path }: Pipeline): Step {
  const what = `The pipeline ${name}`;
  const base = `${facts.project.id}/_apis/pipelines`;
  const version = "api-version=7.1";
  const configuration = {
    type: "yaml",
    path,
    repository: { id: facts.repository.id, type: "azureReposGit" },
  };
  return {
    name: `pipeline ${name}`,
    describe: path.slice(1),
    find: async () => {
      const { value } = await devops.get<Listed<Definition>>(what, `${base}?$top=10000&${version}`);
      const found = value.find((each) => each.name === name && each.folder === "\\mlops");
      if (found === undefined) return absent;
      facts.pipelines.set(name, found.id);
      const whole = await devops.get<Whole>(what, `${base}/${found.id}?${version}`);
      // The API returns the path with or without its leading slash.
      const runs = whole.configuration?.path?.replace(/^\//, "");
      return stateOf({ runs: path.slice(1) }, { runs });
    },
    create: async () => {
      const there = facts.pipelines.get(name);
      if (there === undefined) {
        await devops.post(what, `${base}?${version}`, { name, folder: "\\mlops", configuration });
        return;
      }
      // A pipeline of this name that runs another file: this API only creates, so change its build definition.
      const definition = `${facts.project.id}/_apis/build/definitions/${there}?${version}`;
      const whole = await devops.get<object>(what, definition);
      await devops.put(what, definition, { ...whole, process: { type: 2, yamlFilename: path.slice(1) } });
    },
  };
}

/** Authorizes each pipeline for only the resources it names; the pull request pipeline is read-only and sees no secret. */
function permissions(scope: DevOpsScope): Step[] {
  const { facts, target } = scope;
  const names = target.environments.map(({ name }) => name);
  const namesOf = (which: (pipeline: Pipeline) => boolean): string[] =>
    pipelines.filter(which).map(({ name }) => name);
  const endpoint = (name: string, to: readonly string[]): Step =>
    permission(scope, { kind: "endpoint", name, id: () => facts.connections.get(name)?.id, to });
  const numbered = (kind: "variablegroup" | "environment", name: string, to: readonly string[]): Step => {
    const found = kind === "environment" ? facts.environments : facts.groups;
    return permission(scope, { kind, name, id: () => found.get(name)?.toString(), to });
  };
  return [
    ...names.flatMap((name) =>
      duties.flatMap((duty) => {
        const to = signedInto(duty, name, names);
        return to.length > 0 ? [endpoint(signInName(duty, name), to)] : [];
      }),
    ),
    numbered(
      "variablegroup",
      sharedGroup,
      // Who signs in nowhere need not know where the state is.
      namesOf(({ signsIn }) => signsIn.length > 0),
    ),
    numbered(
      "variablegroup",
      secretGroup,
      namesOf(({ secrets }) => secrets),
    ),
    ...names.map((name) => numbered("variablegroup", updatesGroup(name), updatedBy(name, names))),
    ...names.map((name) => numbered("environment", environmentName(name), passedBy(name, names))),
    numbered(
      "environment",
      infraEnvironment,
      namesOf(({ passes }) => passes.includes("infra")),
    ),
  ];
}

interface AccessList {
  readonly acesDictionary?: Readonly<Record<string, { readonly allow?: number }>>;
}

/** Allows the job's token to write the preview comment. */
function contribute({ devops, facts, target }: DevOpsScope): Step {
  const { project, repository, organisationId } = facts;
  const descriptor = `Microsoft.TeamFoundation.ServiceIdentity;${organisationId}:Build:${project.id}`;
  const token = `repoV2/${project.id}/${repository.id}`;
  const what = "The permission to contribute to pull requests";
  return {
    name: "contribute to pull requests",
    describe: `${target.project} Build Service writes the preview comment`,
    find: async () => {
      const query = `token=${encodeURIComponent(token)}&descriptors=${encodeURIComponent(descriptor)}&api-version=7.1`;
      const path = `_apis/accesscontrollists/${gitPermissions}?${query}`;
      const { value } = await devops.get<Listed<AccessList>>(what, path);
      const entry = value.map(({ acesDictionary }) => acesDictionary?.[descriptor]).find(Boolean);
      return ((entry?.allow ?? 0) & contributeToPullRequests) === 0 ? absent : { status: "exists" };
    },
    create: async () => {
      await devops.post(what, `_apis/accesscontrolentries/${gitPermissions}?api-version=7.1`, {
        token,
        merge: true,
        accessControlEntries: [{ descriptor, allow: contributeToPullRequests, deny: 0 }],
      });
    },
  };
}

/** The pipelines with their variable groups, permissions, and the policies that start those of pull requests. */
export function pipelineSteps(scope: DevOpsScope): Step[] {
  return [
    ...groupSteps(scope),
    ...pipelines.map((each) => pipeline(scope, each)),
    ...permissions(scope),
    ...policySteps(scope),
    contribute(scope),
  ];
}
