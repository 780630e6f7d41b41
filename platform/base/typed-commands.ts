/** The scripts of package.json that run the `mlops` command. */
const scripts: ReadonlySet<string | undefined> = new Set(["mlops", "start"]);

type Variables = Readonly<Record<string, string | undefined>>;

/**
 * A command (`mlops status`, without backticks) as it has to be typed where this process was started: npm runs its scripts without
 * putting `mlops` on anybody's path.
 */
export function typedCommand(
  command: string,
  { npm_lifecycle_event: script }: Variables = process.env,
): string {
  return scripts.has(script) ? command.replace(/^mlops (?=[a-z-])/, "npm run mlops -- ") : command;
}

/** A text for people with the commands in it, which stand in backticks, as they have to be typed. */
export function typedCommands(text: string, variables: Variables = process.env): string {
  return text.replaceAll(/(?<=`)mlops [a-z-][^`]*/g, (command) => typedCommand(command, variables));
}
