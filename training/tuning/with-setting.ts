import { PlatformError } from "../../platform/base/errors";
import { quoted } from "../../platform/base/wording";
import type { SettingValue } from "./search-space";

type Settings = Readonly<Record<string, unknown>>;

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * A trainer's settings with one of them changed. `parameters.depth` is `depth` of `parameters`, which has to have it already: what a
 * program does with a name that it does not know, nobody can tell. Throws USAGE where it has not.
 */
export function withSetting(trainer: Settings, name: string, value: SettingValue): Settings {
  const change = (settings: Settings, [own = "", ...below]: readonly string[]): Settings => {
    if (below.length === 0) return { ...settings, [own]: value };
    const { [own]: inner } = settings;
    if (isSettings(inner) && Object.hasOwn(inner, below[0] ?? ""))
      return { ...settings, [own]: change(inner, below) };
    const known = isSettings(inner) ? Object.keys(inner) : [];
    const expected = known.length === 0 ? `There is none to choose from` : `There are ${quoted(known)}`;
    throw new PlatformError(
      "USAGE",
      `--try ${name}: the definition's trainer has no "${below.join(".")}" in its ${own}. ${expected}. Correct the name, or give it a value in the definition first.`,
    );
  };
  return change(trainer, name.split("."));
}
