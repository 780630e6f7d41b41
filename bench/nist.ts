/**
 * `npm run bench:nist`: correct significant digits of least squares (ridge with alpha 0) on NIST's reference data sets for linear
 * regression, those of the worst slope of each.
 */
import { digitsOfSlopes, nistNames } from "../test/training/trainers/nist";
import { printTable } from "./table";

/** Digits that are asked for. */
const goals: Readonly<Record<string, number>> = {
  Norris: 11,
  Pontius: 11,
  Longley: 11,
  Wampler1: 8,
  Wampler2: 8,
  Wampler3: 8,
  Wampler4: 8,
  Filip: 7,
};

async function main(): Promise<void> {
  const lines: string[][] = [];
  for (const name of nistNames) {
    const digits = await digitsOfSlopes(name);
    lines.push([name, digits.toFixed(1), String(goals[name] ?? "")]);
  }
  printTable(["data set", "digits", "goal"], lines);
}

void main();
