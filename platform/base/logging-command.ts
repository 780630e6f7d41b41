/**
 * Text as a logging command of Azure Pipelines may carry it. An agent turns these three back, and no other; GitHub's commands have `%25` for
 * a percent sign. https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
 */
export function commandText(text: string): string {
  return text.replaceAll("%", "%AZP25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

/** The line by which Azure Pipelines shows a warning on the page of a run. */
export function warningCommand(text: string): string {
  return `##vso[task.logissue type=warning]${commandText(text)}`;
}
