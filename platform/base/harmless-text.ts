/**
 * Characters that a terminal obeys (C0 and C1 but for tab and line feed) or that turn the direction of what follows: a name in somebody's
 * data could clear the screen, write to the clipboard, or have a line read otherwise than it is.
 */
const obeyed = /(?![\t\n])[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu;

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;

/** Commands: agents of Azure Pipelines find them anywhere in a line, runners of GitHub also at its beginning. */
const commands = /##(?=(?:vso)?\[)/gi;
const commandsOfLines = /^([^\S\r\n\u2028\u2029]*)::/gm;

/**
 * A text as it may be shown on a terminal and in the log of a CI system, whoever has written it: names of columns, values and files may
 * come from anybody. What a terminal would obey is shown by its code, and what an agent would obey is parted by a space.
 */
export function harmlessText(text: string): string {
  return text
    .replaceAll("\r\n", "\n")
    .replaceAll(obeyed, escaped)
    .replaceAll(commands, "## ")
    .replaceAll(commandsOfLines, "$1 ::");
}

/** The same of a JSON document, which stays the same document. */
export function harmlessJson(json: string): string {
  // What is obeyed stands in texts alone, where a character may be written by its code.
  return json.replaceAll(obeyed, escaped).replaceAll(commands, String.raw`\u0023#`);
}
