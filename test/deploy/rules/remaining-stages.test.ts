import type { DeploymentStatus, Release, Traffic } from "../../../platform/release/deployment";
import { digestOf } from "../../../platform/base/files";
import { isSameRelease, remainingStages } from "../../../deploy/rules/remaining-stages";

const release = (version: number): Release => ({
  model: `cost:${version}`,
  package: `/packages/cost-${version}`,
  digest: digestOf(`${version}`),
});
const image = (registry: string, content: string): string =>
  `${registry}/scoring@sha256:${digestOf(content)}`;

type State = Pick<DeploymentStatus, "stable" | "canary" | "url">;
const nothing: State = {};
const stable: State = { stable: release(1) };
const canary = (version: number, weight: number, shadow = 0): State => ({
  ...stable,
  canary: { ...release(version), weight, shadow },
  url: "http://127.0.0.1:8080",
});
const stopped = ({ stable: before, canary: recorded }: State): State => ({
  ...(before && { stable: before }),
  ...(recorded && { canary: recorded }),
});

/** `*20` has begun: the canary has this weight already; `s30` is a shadow. */
function shown(stages: ReturnType<typeof remainingStages>): string {
  const traffic = ({ weight, shadow }: Traffic): string => (shadow > 0 ? `s${shadow}` : String(weight));
  return stages.map((stage) => `${stage.begun ? "*" : ""}${traffic(stage.traffic)}`).join(" ");
}

test.each<[string, State, number[], number, string]>([
  ["a release that is not there passes all", stable, [5, 25, 75], 0, "5 25 75"],
  ["after a shadow, if the definition has one", stable, [10, 50], 30, "s30 10 50"],
  ["which a first release has nothing to copy for", nothing, [10, 50], 30, "10 50"],
  ["another release's canary is replaced", canary(3, 25), [5, 25, 75], 0, "5 25 75"],
  ["one that is there goes on where it is", canary(2, 25), [5, 25, 75], 0, "*25 75"],
  ["at the first stage", canary(2, 5), [5, 25, 75], 30, "*5 25 75"],
  ["at the last stage, which nobody has judged to the end", canary(2, 75), [5, 25, 75], 0, "*75"],
  ["at its shadow", canary(2, 0, 30), [10, 50], 30, "*s30 10 50"],
  ["at a weight that somebody chose by hand", canary(2, 30), [5, 25, 75], 0, "*30 75"],
  ["at a weight above all stages, which is judged, too", canary(2, 90), [5, 25, 75], 0, "*90"],
  ["begins that stage again where nothing serves", stopped(canary(2, 25)), [5, 25, 75], 0, "25 75"],
  ["without any traffic it begins", canary(2, 0), [5, 25], 0, "5 25"],
  [
    "a first release, which answers everything at every stage, has one to go",
    { canary: { ...release(2), weight: 100, shadow: 0 }, url: "http://127.0.0.1:8080" },
    [10, 50],
    0,
    "*100",
  ],
])("%s", (_, state, weights, shadowPercent, expected) => {
  expect(shown(remainingStages(state, release(2), { weights, shadowPercent }))).toBe(expected);
});

test.each<[string, Release | undefined, Release, boolean]>([
  ["nothing deployed", undefined, release(1), false],
  ["the same package", release(1), release(1), true],
  ["another package", release(1), release(2), false],
  ["a release whose image is not known yet", { ...release(1), image: image("a", "1") }, release(1), true],
  [
    "the same image in another registry",
    { ...release(1), image: image("a", "1") },
    { ...release(1), image: image("b", "1") },
    true,
  ],
  [
    "the same package in another image",
    { ...release(1), image: image("a", "1") },
    { ...release(1), image: image("a", "2") },
    false,
  ],
])("%s: whether that is the release meant", (_, there, meant, same) => {
  expect(isSameRelease(there, meant)).toBe(same);
});
