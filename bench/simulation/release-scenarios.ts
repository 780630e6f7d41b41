import type { Chance } from "./chance";
import type { Clients, Version } from "./simulated-production";
import type { ReleaseScenario } from "./simulated-releases";

/** Of a heavy tail: lognormal; its 95th percentile is five times the median. */
const heavyTail =
  (medianMs: number) =>
  ({ normal }: Chance): number =>
    medianMs * Math.exp(normal());

/** A version like any other; what is special about one is said beside it. */
export function versionThat(is: Partial<Version> = {}): Version {
  return { predict: (row) => 150 + 60 * row, failing: 0, refusing: 0, latencyMs: heavyTail(20), ...is };
}

/** Three requests in a hundred are no requests that any version takes. */
const ordinary: Clients = { segments: 0, malformed: 0.03 };
const bySegments: Clients = { ...ordinary, segments: 0.1 };

export const places = {
  laptop: ordinary,
  "20 a minute": { ...ordinary, perMinute: 20 },
  "200 a minute": { ...ordinary, perMinute: 200 },
} as const;

/** Shares of requests that both tracks fail. */
const bases = [0, 0.01, 0.05, 0.1];

export interface NamedScenario extends ReleaseScenario {
  readonly name: string;
  readonly isHealthy: boolean;
}

const percent = (share: number): string => `${Math.round(100 * share)} %`;

/** A candidate that is as good as stable, at each share of requests that both fail. */
function healthy(clients: Clients): NamedScenario[] {
  const named = (name: string, version: Version, who = clients): NamedScenario => ({
    name,
    isHealthy: true,
    stable: version,
    canary: version,
    clients: who,
  });
  return [
    ...bases.map((failing) => named(`both fail ${percent(failing)}`, versionThat({ failing }))),
    named("thousands of rows of one segment", versionThat(), { ...clients, segments: bySegments.segments }),
    named("skewed predictions", versionThat({ predict: (row) => Math.exp(1.5 * row) })),
    named("answers of 5 ms", versionThat({ latencyMs: heavyTail(5) })),
  ];
}

/** A candidate that does harm, of the least size that has to be found. */
function harmful(clients: Clients): NamedScenario[] {
  const named = (name: string, stable: Version, canary: Version): NamedScenario => ({
    name,
    isHealthy: false,
    stable,
    canary,
    clients,
  });
  const fast = versionThat({ latencyMs: heavyTail(5) });
  return [
    ...bases.map((failing) =>
      named(
        `fails 3 points more than ${percent(failing)}`,
        versionThat({ failing }),
        versionThat({ failing: failing + 0.03 }),
      ),
    ),
    named("takes half as long again", versionThat(), versionThat({ latencyMs: heavyTail(30) })),
    named("takes 15 ms in place of 5", fast, versionThat({ latencyMs: heavyTail(15) })),
    named(
      "predicts half a standard deviation more",
      versionThat(),
      versionThat({ predict: (row) => 180 + 60 * row }),
    ),
  ];
}

/** What is simulated at a place. */
export function scenariosAt(place: keyof typeof places): NamedScenario[] {
  const clients = places[place];
  return [...healthy(clients), ...harmful(clients)];
}
