/** Text as a logging command of Azure Pipelines may carry it. */
function escaped(text: string): string {
  return text.replaceAll("%", "%AZP25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/**
 * Lines that mark the run of a pipeline as one that registered nothing, with the reason, which is no failure; none
 * elsewhere than in Azure Pipelines. They are its logging commands, which an agent reads from the output of a step.
 */
export function cancelledLines(reason: string, env: NodeJS.ProcessEnv): string[] {
  if (env.TF_BUILD === undefined) return [];
  const number = env.BUILD_BUILDNUMBER;
  return [
    `##vso[task.logissue type=warning]Cancelled. ${escaped(reason)}`,
    "##vso[build.addbuildtag]cancelled",
    ...(number === undefined || number.endsWith("-cancelled")
      ? []
      : [`##vso[build.updatebuildnumber]${escaped(number)}-cancelled`]),
  ];
}
