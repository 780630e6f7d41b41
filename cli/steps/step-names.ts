import type { Environments } from "../../platform/release/environments";

/** Names of the steps of an environment that tests. The first is often the only one: its tests need no further name. */
export function testStepNames({ training }: Environments, environment: string) {
  const before = environment === training ? "" : `${environment} `;
  return { deploy: environment, smoke: `${before}smoke`, load: `${before}load` };
}

/** The steps of the lifecycle, in order. */
export function stepNames(environments: Environments): string[] {
  const tests = environments.testing.flatMap((name) => Object.values(testStepNames(environments, name)));
  return [
    ...["check", "split", "train", "evaluate", "register", "package"],
    ...tests,
    ...["approve", "release", "verify", "predictions", "drift", "report"],
  ];
}
