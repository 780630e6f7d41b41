import { previewedPaths } from "../../config/pipelines";
import { known } from "../facts";
import type { DevOpsScope, Listed } from "./connection-steps";
import { absent, differences, stateOf, type Step } from "./step";

/** Ids of the types of policies: https://learn.microsoft.com/rest/api/azure/devops/policy/types/list. */
const buildPolicy = "0609b952-1397-4640-95ec-e00a01b2c241";
const reviewersPolicy = "fa4e907d-c16b-4a4c-9dfa-4906e5d171dd";

interface Policy {
  readonly id: number;
  readonly isEnabled?: boolean;
  readonly isBlocking?: boolean;
  readonly type: { readonly id: string };
  readonly settings: { readonly buildDefinitionId?: number } & Readonly<Record<string, unknown>>;
}

/** The branch that a policy is about. */
function scopeOf({ facts, target }: Pick<DevOpsScope, "facts" | "target">) {
  return [{ repositoryId: facts.repository.id, refName: `refs/heads/${target.branch}`, matchKind: "Exact" }];
}

/** A policy that starts a pipeline for pull requests, of these paths alone where they are given, and holds them back where it blocks. */
interface Validation {
  readonly pipeline: string;
  readonly isBlocking: boolean;
  readonly paths?: readonly string[];
  readonly describe: string;
}

const validations: readonly Validation[] = [
  {
    pipeline: "mlops-pr",
    isBlocking: true,
    describe: "a pull request can be merged only if pr.yml succeeds",
  },
  {
    pipeline: "mlops-preview",
    isBlocking: false,
    paths: previewedPaths,
    describe: "a pull request that changes what stacks are made of is previewed in production, once approved",
  },
];

function validation(
  { devops, facts, target }: DevOpsScope,
  { pipeline: name, isBlocking, paths, describe }: Validation,
): Step {
  const what = `The build validation of ${target.branch} by ${name}`;
  const base = `${facts.project.id}/_apis/policy/configurations`;
  const scope = scopeOf({ facts, target });
  const settings = { scope, ...(paths && { filenamePatterns: paths.map((each) => `/${each}`) }) };
  const find = async (): Promise<Policy | undefined> => {
    const path = `${base}?policyType=${buildPolicy}&api-version=7.1`;
    const { value } = await devops.get<Listed<Policy>>(what, path);
    return value.find(({ settings: found }) => found.buildDefinitionId === facts.pipelines.get(name));
  };
  return {
    name: `build validation of ${target.branch} by ${name}`,
    describe,
    find: async () => {
      if (!facts.pipelines.has(name)) return absent;
      return stateOf({ isEnabled: true, isBlocking, settings }, await find());
    },
    create: async () => {
      const body = {
        isEnabled: true,
        isBlocking,
        type: { id: buildPolicy },
        settings: {
          buildDefinitionId: known(facts.pipelines, name),
          displayName: name,
          queueOnSourceUpdateOnly: true,
          manualQueueOnly: false,
          validDuration: 720,
          ...settings,
        },
      };
      const there = await find();
      if (there === undefined) await devops.post(what, `${base}?api-version=7.1`, body);
      else await devops.put(what, `${base}/${there.id}?api-version=7.1`, { ...body, id: there.id });
    },
  };
}

/**
 * Somebody else than the author, and than whoever pushed last, has to agree to a pull request, and again after each push. Code of the branch may
 * use the connections that change something, so that without it one person alone could change production.
 */
function reviewers({ devops, facts, target }: DevOpsScope): Step {
  const what = `The reviewers of ${target.branch}`;
  const base = `${facts.project.id}/_apis/policy/configurations`;
  const scope = scopeOf({ facts, target });
  const settings = {
    minimumApproverCount: target.reviewers,
    creatorVoteCounts: false,
    blockLastPusherVote: true,
    allowDownvotes: false,
    resetOnSourcePush: true,
    scope,
  };
  const find = async (): Promise<Policy | undefined> => {
    const path = `${base}?policyType=${reviewersPolicy}&api-version=7.1`;
    const { value } = await devops.get<Listed<Policy>>(what, path);
    // Other branches may have such a policy, too.
    return value.find(({ settings: found }) => differences({ scope }, found).length === 0);
  };
  return {
    name: `reviewers of ${target.branch}`,
    describe: `${target.reviewers} besides the author, again after each push`,
    find: async () => stateOf({ isEnabled: true, isBlocking: true, settings }, await find()),
    create: async () => {
      const body = { isEnabled: true, isBlocking: true, type: { id: reviewersPolicy }, settings };
      const there = await find();
      if (there === undefined) await devops.post(what, `${base}?api-version=7.1`, body);
      else await devops.put(what, `${base}/${there.id}?api-version=7.1`, { ...body, id: there.id });
    },
  };
}

/** The policies of the branch that releases are made from: what starts for its pull requests, and who has to agree. */
export function policySteps(scope: DevOpsScope): Step[] {
  return [
    ...validations.map((each) => validation(scope, each)),
    // A team of one has nobody to ask.
    ...(scope.target.reviewers > 0 ? [reviewers(scope)] : []),
  ];
}
