/** The scripts of package.json that run the `mlops` command. */
const scripts: ReadonlySet<string | undefined> = new Set(["mlops", "start"]);

/**
 * A text for people with the commands in it (`mlops status`, in backticks) as they have to be typed where this process was started: npm
 * runs its scripts without putting `mlops` on anybody's path.
 */
export function typedCommands(
  text: string,
  { npm_lifecycle_event: script }: Readonly<Record<string, string | undefined>> = process.env,
): string {
  return scripts.has(script) ? text.replaceAll(/`mlops (?=[a-z])/g, "`npm run mlops -- ") : text;
}
