import type { Ora } from "ora";
import type { StepRecord } from "../runs/runs";
import { wrapWords } from "./wrap-words";
import { harmlessJson, harmlessText } from "../../platform/base/harmless-text";
import { shownText } from "./shown-text";

/** Where a command says what it does: spinners on a terminal, plain lines elsewhere, one JSON document when asked. */
export interface Output {
  /** A step has begun. */
  begin(step: string): void;
  /** What the step in progress is at. */
  update(message: string): void;
  /** The step in progress has ended. */
  end(step: string, result: { status: StepRecord["status"]; ms: number; message: string }): void;
  /** Lines for people. What a terminal or an agent would obey in them does nothing: it may come from anybody's data. */
  print(text: string): void;
  /** A line that the agent of a CI system obeys. */
  command(line: string): void;
  /** The command's result: for people its text, for machines the value. */
  result(value: unknown, text?: string): void;
}

const marks: Readonly<Record<StepRecord["status"], string>> = {
  done: "✔",
  failed: "✖",
  stopped: "■",
  waiting: "…",
};

/** Width of the widest step name, so that the messages line up. */
const nameWidth = 12;

/** A step in a line; a message that is wider than the terminal, where there is one, goes on below itself. */
function formatStep(
  step: string,
  { status, ms, message: whole }: { status: StepRecord["status"]; ms: number; message: string },
  columns: number | undefined,
): string {
  const indent = " ".repeat(nameWidth + 14);
  const message = columns === undefined ? whole : wrapWords(whole, columns - indent.length);
  return `${marks[status]} ${step.padEnd(nameWidth)} ${(ms / 1000).toFixed(2).padStart(6)} s  ${message.replaceAll("\n", `\n${indent}`)}`;
}

/** Plain lines on `stream`; results on standard output. */
class PlainOutput implements Output {
  constructor(
    protected readonly stream: NodeJS.WriteStream,
    private readonly json: boolean,
  ) {}

  // A line is written when a step has ended, so that a log holds one line a step and no intermediate states.
  begin: Output["begin"] = () => undefined;
  update: Output["update"] = () => undefined;

  /** Columns of the terminal that people read; undefined where a file or program does, which gets whole lines. */
  private get columns(): number | undefined {
    return this.stream.isTTY && this.stream.columns > 0 ? this.stream.columns : undefined;
  }

  /** A text as it is shown: short paths, and no line that the terminal would break inside a word. */
  private shown(text: string): string {
    const short = shownText(text);
    return this.columns === undefined ? short : wrapWords(short, this.columns);
  }

  end(step: string, { message, ...result }: Parameters<Output["end"]>[1]): void {
    const short = { ...result, message: shownText(message) };
    this.stream.write(`${formatStep(step, short, this.columns)}\n`);
  }

  print(text: string): void {
    this.stream.write(`${this.shown(text)}\n`);
  }

  command(line: string): void {
    this.stream.write(`${line}\n`);
  }

  result(value: unknown, text?: string): void {
    if (this.json) process.stdout.write(`${harmlessJson(JSON.stringify(value, null, 2))}\n`);
    else if (text !== undefined) process.stdout.write(`${this.shown(text)}\n`);
  }
}

/** The same with a spinner for the step in progress. */
class TerminalOutput extends PlainOutput {
  private spinner: Ora | undefined;

  constructor(
    stream: NodeJS.WriteStream,
    private readonly ora: typeof import("ora").default,
  ) {
    super(stream, false);
  }

  override begin: Output["begin"] = (step) => {
    this.spinner = this.ora({ text: step, stream: this.stream }).start();
  };

  override update: Output["update"] = (message) => {
    if (this.spinner) this.spinner.text = harmlessText(message);
  };

  override end(step: string, result: Parameters<Output["end"]>[1]): void {
    this.spinner?.stop();
    this.spinner = undefined;
    super.end(step, result);
  }

  override print(text: string): void {
    this.spinner?.stop();
    super.print(text);
  }
}

export async function openOutput(json: boolean): Promise<Output> {
  // Progress of a command that answers in JSON goes to standard error, so that standard output holds the document alone.
  if (json) return new PlainOutput(process.stderr, true);
  // A terminal that does not know its width (`script`, some containers) cannot show a spinner: the lines that it takes
  // are not known, and to clear them would never end.
  if (!process.stdout.isTTY || process.stdout.columns === 0) return new PlainOutput(process.stdout, false);
  const { default: ora } = await import("ora");
  return new TerminalOutput(process.stdout, ora);
}
