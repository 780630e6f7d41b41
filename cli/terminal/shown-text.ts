import { harmlessText } from "../../platform/base/harmless-text";
import { shortenPaths } from "../../platform/base/shown-path";
import { typedCommands } from "../../platform/base/typed-commands";

/** A text as it is shown to people: short paths, commands as they have to be typed, and nothing that a terminal or an agent would obey. */
export function shownText(text: string): string {
  return harmlessText(typedCommands(shortenPaths(text)));
}
