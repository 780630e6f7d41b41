import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { PlatformError } from "../../platform/base/errors";
import { quoted } from "../../platform/base/wording";
import { trainerRule, type TrainerKind } from "../../platform/definition/trainers";

/** A value of a trainer's setting, as a definition has it. */
export type SettingValue = number | boolean | string;
export type TriedSettings = Readonly<Record<string, SettingValue>>;

/** What is tried of one setting: each of some values, or any number of a range. */
export type Tried =
  | { readonly setting: string; readonly values: readonly SettingValue[] }
  | { readonly setting: string; readonly from: number; readonly to: number; readonly isWhole: boolean };

/** Combinations that a search may have; each is fitted once for each fold. */
const maxCandidates = 1000;
/** From this ratio on, the numbers of a range are drawn evenly by their logarithms. */
const logarithmicRatio = 100;

/** What is usually tried of a kind of trainer; nothing of one for which that is not known. */
export function usualSearch(kind: TrainerKind): readonly Tried[] {
  const { usualSearch: usual = {} } = trainerRule(kind);
  return Object.entries(usual).map(([setting, values]) => ({ setting, values }));
}

function usage(text: string, fault: string): PlatformError {
  return new PlatformError(
    "USAGE",
    `--try ${text}: ${fault}. Expected values, as in alpha=0.1,1,10, or a range, as in alpha=0.01..100. Correct it.`,
  );
}

function valueOf(text: string): SettingValue {
  if (text === "true" || text === "false") return text === "true";
  const number = Number(text);
  return text.trim() !== "" && Number.isFinite(number) ? number : text;
}

/** Reads what a user wants tried, `alpha=0.1,1,10` or `parameters.rate=0.01..100`; throws USAGE. */
export function parseTried(text: string): Tried {
  const [, setting = "", given = ""] = /^\s*([A-Za-z]\w*(?:\.[\w-]+)*)\s*=(.*)$/s.exec(text) ?? [];
  if (setting === "") throw usage(text, "it names no setting");
  const ends = given.split("..").map((end) => end.trim());
  if (ends.length === 2 && !given.includes(",") && !ends.includes("")) {
    const [from = NaN, to = NaN] = ends.map(Number);
    if (!(from < to) || !Number.isFinite(to - from)) throw usage(text, "its range has no numbers in it");
    const isWhole = ends.every((end) => /^[+-]?\d+$/.test(end));
    return { setting, from, to, isWhole };
  }
  const texts = given.split(",").map((value) => value.trim());
  if (texts.some((value) => value === "")) throw usage(text, "a value is missing");
  if (new Set(texts).size < texts.length) throw usage(text, "a value is there twice");
  return { setting, values: texts.map(valueOf) };
}

/** Every combination, in the order in which settings and values were given. */
function gridOf(tried: readonly Tried[]): TriedSettings[] {
  const ranges = tried.filter((one) => "from" in one).map(({ setting }) => setting);
  if (ranges.length > 0) {
    throw new PlatformError(
      "USAGE",
      `${quoted(ranges)} ${ranges.length === 1 ? "has" : "have"} a range, which a grid cannot go through. Give values, or draw from it with --random.`,
    );
  }
  return tried.reduce<TriedSettings[]>(
    (all, one) =>
      "values" in one
        ? all.flatMap((settings) => one.values.map((value) => ({ ...settings, [one.setting]: value })))
        : all,
    [{}],
  );
}

/** So many draws, each setting by itself; the same for the same seed. A combination that was drawn before is drawn once. */
function drawsOf(tried: readonly Tried[], count: number, seed: number): TriedSettings[] {
  const random = xoroshiro128plus(seed);
  const share = (): number => uniformInt(random, 0, 2 ** 30 - 1) / 2 ** 30;
  const draw = (one: Tried): SettingValue => {
    if ("values" in one) return one.values[uniformInt(random, 0, one.values.length - 1)] ?? NaN;
    const { from, to, isWhole } = one;
    if (isWhole && !(from > 0 && to / from >= logarithmicRatio)) return uniformInt(random, from, to);
    const value =
      from > 0 && to / from >= logarithmicRatio
        ? from * (to / from) ** share()
        : from + (to - from) * share();
    return isWhole ? Math.round(value) : Number(value.toPrecision(4));
  };
  const drawn = Array.from({ length: count }, () =>
    Object.fromEntries(tried.map((one) => [one.setting, draw(one)])),
  );
  const distinct = new Map(drawn.map((settings) => [JSON.stringify(settings), settings]));
  return [...distinct.values()];
}

/** The combinations to try: all of them, or `random` draws; throws USAGE for what is no search. */
export function candidatesOf(
  tried: readonly Tried[],
  { random, seed }: { readonly random?: number | undefined; readonly seed: number },
): TriedSettings[] {
  const names = tried.map(({ setting }) => setting);
  if (new Set(names).size < names.length) {
    throw new PlatformError(
      "USAGE",
      `${quoted(names)} name a setting twice. Give all of its values in one --try.`,
    );
  }
  const candidates = random === undefined ? gridOf(tried) : drawsOf(tried, random, seed);
  if (candidates.length <= maxCandidates) return candidates;
  throw new PlatformError(
    "USAGE",
    `The search has ${candidates.length} combinations; at most ${maxCandidates} are tried. Give fewer values, or draw some with --random.`,
  );
}
