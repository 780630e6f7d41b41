import { setTimeout as sleep } from "node:timers/promises";
import type { Board, BrokenBoard } from "./board";

type Boards = ReadonlyMap<string, Board | BrokenBoard>;

/** Shortest pause between two readings, in milliseconds. */
const minPauseMs = 1000;
/** The pause as a multiple of the time that the last reading took, so that reading never keeps a core busy. */
const pauseShare = 5;

/** Keeps what pages show: it is read in the background, so that a page waits for no file. */
export class BoardKeeper {
  private boards: Boards = new Map();
  private reading: Promise<void> | undefined;

  constructor(private readonly read: () => Promise<Boards>) {}

  /** The newest that was read. */
  get current(): Boards {
    return this.boards;
  }

  /** Reads now; whoever asks meanwhile gets the same reading. */
  refresh(): Promise<void> {
    return (this.reading ??= this.read()
      .then((boards) => {
        this.boards = boards;
      })
      .finally(() => {
        this.reading = undefined;
      }));
  }

  /**
   * Reads all of it after this call: a reading that is under way may have passed what has changed since, and is waited for. Whoever acts
   * decides by this one.
   */
  async readAnew(): Promise<void> {
    // Whether it failed is its own readers' business.
    await this.reading?.catch(() => undefined);
    await this.refresh();
  }

  /** Reads again and again until the signal comes; what fails is told, and tried again. */
  async keep(signal: AbortSignal, report: (error: unknown) => void): Promise<void> {
    while (!signal.aborted) {
      const began = performance.now();
      await this.refresh().catch(report);
      const pauseMs = Math.max(minPauseMs, pauseShare * (performance.now() - began));
      // Ends early, with an error, when the signal comes.
      await sleep(pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }
}
