import type { DevOps } from "./clients/devops-client";
import type { Listed } from "./steps/connection-steps";
import { known, type Facts } from "./facts";
import type { Target } from "./names";

/** The commands to run next, with the ids that they need. */
export async function nextCommands(made: {
  readonly devops: DevOps;
  readonly facts: Facts;
  readonly target: Target;
  readonly changed: number;
  /** Whether an existing stack already starts releases. */
  readonly started: boolean;
}): Promise<string> {
  const { devops, facts, target, changed, started } = made;
  const path = `${facts.project.id}/_apis/git/repositories/${facts.repository.id}/refs?filter=heads/${target.branch}&api-version=7.1`;
  const { value } = await devops.get<Listed<{ name: string }>>("The repository's branches", path);
  const empty = value.every(({ name }) => name !== `refs/heads/${target.branch}`);
  const branch = empty ? target.branch : "mlops-setup";
  const names = target.environments.map(({ name }) => name);
  const [first = ""] = names;
  const files = names.map((name) => `Pulumi.${name}.yaml`).join(" ");
  const run = (pipeline: string, parameters: string): string =>
    `  az pipelines run --organization ${devops.organisationUrl} --project "${facts.project.name}" --id ${known(facts.pipelines, pipeline)} --parameters ${parameters}`;
  const after = empty
    ? `The push starts mlops-build, which creates ${first}, trains a model and registers it if it is good enough. Then:`
    : "Open a pull request for mlops-setup; merging it starts mlops-build, which trains and registers a model. Then:";
  const later = `Run this command again once ${first} exists: from then on, registering a model starts its release.`;
  return [
    "",
    changed === 0
      ? "Everything already exists; nothing was changed."
      : `Done: ${changed} created or corrected. New role assignments take a few minutes to take effect.`,
    "",
    `Next: push the settings, and create ${names.slice(1).join(", ")}, which waits for your approval:`,
    `  git add ${files} && git commit --message "Configure the stacks" && git push ${facts.repository.remoteUrl} HEAD:${branch}`,
    ...names.slice(1).map((name) => run("mlops-infra", `stack=${name}`)),
    "",
    after,
    run("mlops-release", "modelVersion=<model:version>"),
    "",
    `The release is tested in ${names.slice(0, -1).join(", then in ")}, and waits for your approval before ${names.at(-1)}.`,
    ...(started ? [] : [later]),
  ].join("\n");
}
