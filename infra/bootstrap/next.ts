import type { DevOps } from "./clients/devops-client";
import type { Listed } from "./steps/connection-steps";
import { known, type Facts } from "./facts";
import type { Target } from "./names";

/** What is left to type, with the ids that it needs. */
export async function nextCommands(made: {
  readonly devops: DevOps;
  readonly facts: Facts;
  readonly target: Target;
  readonly changed: number;
  /** Whether there is a stack already that starts releases. */
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
    ? `The push starts mlops-build: it makes ${first}, trains a model and registers it if it is good enough. Then:`
    : "Open a pull request of mlops-setup; its merge starts mlops-build, which trains and registers a model. Then:";
  const later = `Run this command again once ${first} is there: from then on a registered model starts its release by itself.`;
  return [
    "",
    changed === 0
      ? "Everything was there; nothing was changed."
      : `Done: ${changed} made. New roles hold after some minutes.`,
    "",
    `Next: push the settings, and make ${names.slice(1).join(", ")}, which waits for your approval:`,
    `  git add ${files} && git commit --message "Configure the stacks" && git push ${facts.repository.remoteUrl} HEAD:${branch}`,
    ...names.slice(1).map((name) => run("mlops-infra", `stack=${name}`)),
    "",
    after,
    run("mlops-release", "modelVersion=<model:version>"),
    "",
    `It is tested in ${names.slice(0, -1).join(", then in ")}, and waits for your approval before ${names.at(-1)}.`,
    ...(started ? [] : [later]),
  ].join("\n");
}
