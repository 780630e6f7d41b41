import { commandText, warningCommand } from "../../platform/base/logging-command";

/**
 * Lines that mark the run of a pipeline as one that registered nothing, with the reason, which is no failure; none
 * elsewhere than in Azure Pipelines. They are its logging commands, which an agent reads from the output of a step.
 */
export function cancelledLines(reason: string, env: NodeJS.ProcessEnv): string[] {
  if (env.TF_BUILD === undefined) return [];
  const number = env.BUILD_BUILDNUMBER;
  return [
    warningCommand(`Cancelled. ${reason}`),
    "##vso[build.addbuildtag]cancelled",
    ...(number === undefined || number.endsWith("-cancelled")
      ? []
      : [`##vso[build.updatebuildnumber]${commandText(number)}-cancelled`]),
  ];
}
