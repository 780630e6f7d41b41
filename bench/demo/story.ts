import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import type { RunRecord } from "../../cli/runs/runs";
import type { Acted } from "../../cli/retraining/act-on-findings";
import type { MonitorResult } from "../../cli/watching/monitor";
import type { DeploymentStatus } from "../../platform/release/deployment";
import type { DriftReport } from "../../platform/drift/drift";
import { formatNumber } from "../../platform/base/format-number";
import { DemoPlace, production } from "./place";
import { rootMeanSquare, Town, type Flat, type Market } from "./town";

/** Something that happened, and whether it is what the demonstration is to show. */
export interface Event {
  readonly week: number;
  readonly what: string;
  readonly holds: boolean;
}

/** A week of production: who answered, and how wrong. */
export interface Week {
  readonly week: number;
  readonly title: string;
  readonly version: string;
  readonly error: number;
}

export interface Story {
  readonly weeks: readonly Week[];
  readonly events: readonly Event[];
}

type Watched = DriftReport & Pick<MonitorResult, "performance"> & Acted;

const usual: Market = { harbour: 0.01, sizes: [0, 10], premium: 0 };
const larger: Market = { ...usual, sizes: [3, 13] };
const tram: Market = { harbour: 0.7, sizes: [3, 13], premium: 15 };
const tramStops: Market = { ...tram, premium: 0 };
const flatsAWeek = 600;

/** Tells the story through the real verbs, and notes what happened. */
export class Teller {
  private readonly weeks: Week[] = [];
  private readonly events: Event[] = [];
  private readonly town = new Town(7);

  constructor(
    private readonly place: DemoPlace,
    private readonly print: (line: string) => void,
  ) {}

  async tell(): Promise<Story> {
    await this.place.prepare(this.town.flats(2000, usual));
    await this.place.verb<RunRecord>("retrain");
    const first = await this.place.verb<RunRecord>("release", "rent:1", "--yes");
    this.note(0, first.answer.explanation, first.answer.outcome === "released");
    await this.usualWeek();
    await this.weekThatLooksDifferent();
    await this.weekOfTheTram();
    await this.week(4, "after the retraining", tram);
    this.holds(4, "the error has fallen back", this.errorOf(4) < this.errorOf(3) / 5);
    await this.weekOfTheBreak();
    await this.week(6, "after going back", tramStops);
    this.holds(6, "the error has fallen back", this.errorOf(6) < this.errorOf(5) / 5);
    await this.place.verb("stop");
    return { weeks: this.weeks, events: this.events };
  }

  private async usualWeek(): Promise<void> {
    const watched = await this.watch(1, await this.week(1, "the usual flats", usual));
    this.note(1, describe(watched), watched.decision.action === "nothing");
  }

  private async weekThatLooksDifferent(): Promise<void> {
    const flats = await this.week(2, "larger flats, at the same prices", larger);
    const watched = await this.watch(2, flats);
    this.note(2, describe(watched), watched.drifted && watched.decision.reason === "drift-without-harm");
    const { answer } = await this.place.verb<RunRecord>("retrain");
    this.note(2, `retrained all the same: ${answer.explanation}`, answer.version === undefined);
  }

  private async weekOfTheTram(): Promise<void> {
    const flats = await this.week(3, "a tram to the harbour: flats there cost more", tram);
    const watched = await this.watch(3, flats);
    this.note(3, describe(watched), watched.drifted && watched.decision.reason === "performance-fell");
    const runs = await this.place.verb<{ runs: RunRecord[] }>("status");
    const retrained = runs.answer.runs.find(({ version }) => version === "rent:2");
    this.note(3, retrained?.explanation ?? "nothing was registered", retrained !== undefined);
    const released = await this.place.verb<RunRecord>("release", "rent:2", "--yes");
    this.note(3, released.answer.explanation, released.answer.outcome === "released");
  }

  private async weekOfTheBreak(): Promise<void> {
    const flats = await this.week(5, "the tram stops: prices are what they were", tramStops);
    const watched = await this.watch(5, flats);
    this.note(
      5,
      describe(watched),
      watched.performance?.fell === true && watched.decision.action === "alert",
    );
    const { answer } = await this.place.verb<RunRecord>("retrain");
    const candidate = answer.version;
    const errors = new Map<string, number>();
    for (const version of ["rent:1", "rent:2", ...(candidate === undefined ? [] : [candidate])])
      errors.set(version, await this.errorOn(flats, version));
    const best = [...errors].sort(([, one], [, other]) => one - other)[0]?.[0];
    const shown = [...errors].map(([version, error]) => `${version} ${formatNumber(error)}`).join(", ");
    this.note(
      5,
      `errors on this week's flats: ${shown}; ${best} is best, and retraining is not`,
      best === "rent:1",
    );
    const reason = "The tram has stopped; rent:1 knows these prices.";
    const back = await this.place.verb<DeploymentStatus>("rollback", "--reason", reason);
    this.note(5, `rolled back to ${back.answer.stable?.model}`, back.answer.stable?.model === "rent:1");
  }

  /** A week of requests, and how wrong the answers were. */
  private async week(week: number, title: string, market: Market): Promise<Flat[]> {
    const flats = this.town.flats(flatsAWeek, market);
    const answers = await this.place.ask(week, flats);
    const error = rootMeanSquare(flats.map(({ rent }, index) => rent - (answers[index] ?? NaN)));
    const { answer } = await this.place.verb<{ deployments: DeploymentStatus[] }>("status");
    const version =
      answer.deployments.find(({ environment }) => environment === production)?.stable?.model ?? "nothing";
    this.weeks.push({ week, title, version, error });
    this.print(
      `week ${week}  ${title}: ${version} answers ${flats.length} requests, error ${formatNumber(error)}`,
    );
    return flats;
  }

  private async watch(week: number, flats: readonly Flat[]): Promise<Watched> {
    const truth = await this.place.tellTruth(week, flats);
    return (await this.place.verb<Watched>("monitor", "--act", "--labels", truth)).answer;
  }

  /** How wrong a version is on flats, by scoring them in one go. */
  private async errorOn(flats: readonly Flat[], version: string): Promise<number> {
    const input = path.join(this.place.home, "flats.csv");
    await writeFile(
      input,
      `rooms,size,district\n${flats.map(({ rooms, size, district }) => [rooms, size, district].join()).join("\n")}\n`,
    );
    return rootMeanSquare(await this.differences(flats, { input, version }));
  }

  private async differences(
    flats: readonly Flat[],
    { input, version }: { readonly input: string; readonly version: string },
  ): Promise<number[]> {
    const output = path.join(this.place.home, `scored-${version.replace(":", "-")}.csv`);
    await this.place.verb("score", "--input", input, "--output", output, "--version", version);
    return scoredIn(output, flats);
  }

  private errorOf(week: number): number {
    return this.weeks.find((each) => each.week === week)?.error ?? NaN;
  }

  private holds(week: number, what: string, holds: boolean): void {
    this.note(
      week,
      `${what}: ${formatNumber(this.errorOf(week))} after ${formatNumber(this.errorOf(week - 1))}`,
      holds,
    );
  }

  private note(week: number, what: string, holds: boolean): void {
    this.events.push({ week, what, holds });
    this.print(`        ${holds ? "✔" : "✖"} ${what}`);
  }
}

function describe({ columns, decision }: Watched): string {
  const drifted = columns.filter((each) => each.drifted).map(({ column }) => column);
  const found = drifted.length === 0 ? "no drift" : `drift in ${drifted.join(", ")}`;
  return `${found}; decided: ${decision.action} (${decision.reason})`;
}

/** Differences of the rents to the predictions in a file of `score`. */
async function scoredIn(file: string, flats: readonly Flat[]): Promise<number[]> {
  const [header = "", ...rows] = (await readFile(file, "utf8")).trim().split("\n");
  const place = header.split(",").indexOf("prediction");
  return flats.map(({ rent }, index) => rent - Number(rows[index]?.split(",")[place]));
}
