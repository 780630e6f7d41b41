import { formatTime } from "../base/iso-time";
import { isKeptAsNumber } from "../definition/model-features";
import type { SignatureColumn } from "../model/signature";
import { aligned, frameHead, type SegmentHeader } from "./prediction-frames";

/** The longest a number can be in JSON, in characters. */
const longestNumber = 25;
const zero = 0x30;

/** Growing text, kept as bytes: strings would be created, joined, copied and garbage-collected. */
class LineText {
  private bytes: Buffer;
  private length = 0;

  constructor(expectedBytes: number) {
    this.bytes = Buffer.allocUnsafe(expectedBytes);
  }

  get content(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  add(text: string): void {
    this.reserve(3 * text.length);
    this.length += this.bytes.write(text, this.length, "utf8");
  }

  /** For short parts a loop is cheaper than a call that copies them. */
  addBytes(part: Uint8Array): void {
    this.reserve(part.length);
    const { bytes, length } = this;
    for (let at = 0; at < part.length; at++) bytes[length + at] = part[at] ?? 0;
    this.length += part.length;
  }

  /** A missing number is stored as NaN. */
  addNumber(value: number): void {
    this.reserve(longestNumber);
    const whole = value | 0;
    if (whole === value && whole >= 0) this.addDigits(whole);
    else this.addAscii(Number.isFinite(value) ? String(value) : "null");
  }

  private addDigits(value: number): void {
    const { bytes } = this;
    let end = this.length + 1;
    for (let rest = value; rest >= 10; rest = (rest / 10) | 0) end += 1;
    let rest = value;
    for (let at = end - 1; at >= this.length; at--) {
      const higher = (rest / 10) | 0;
      bytes[at] = zero + rest - 10 * higher;
      rest = higher;
    }
    this.length = end;
  }

  private addAscii(text: string): void {
    const { bytes, length } = this;
    for (let at = 0; at < text.length; at++) bytes[length + at] = text.charCodeAt(at);
    this.length += text.length;
  }

  private reserve(more: number): void {
    const needed = this.length + more;
    if (needed <= this.bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, 2 * this.bytes.length));
    this.bytes.copy(grown, 0, 0, this.length);
    this.bytes = grown;
  }
}

/** A frame that is being read. */
interface Frame {
  readonly bytes: Buffer;
  readonly view: DataView;
  readonly rows: number;
}

/** Reads one column, frame after frame and value by value. */
class ColumnReader {
  /** Of the next value. */
  private offset = 0;

  constructor(private readonly type: SignatureColumn["type"]) {}

  /** Starts on a frame's column; returns the offset of the next column. */
  begin({ bytes, rows }: Frame, offset: number): number {
    this.offset = offset;
    if (isKeptAsNumber(this.type)) return offset + 8 * rows;
    if (this.type === "boolean") return aligned(offset + rows);
    // The total length comes before the first value.
    this.offset += 4;
    return aligned(offset + bytes.readUInt32LE(offset));
  }

  /** Adds the next value to a line. */
  addNext({ bytes, view }: Frame, line: LineText): void {
    if (this.type === "number") {
      line.addNumber(view.getFloat64(this.offset, true));
      this.offset += 8;
    } else if (this.type === "date") {
      const seconds = view.getFloat64(this.offset, true);
      line.add(Number.isNaN(seconds) ? "null" : `"${formatTime(seconds)}"`);
      this.offset += 8;
    } else if (this.type === "boolean") {
      line.add(bytes[this.offset] === 1 ? "true" : "false");
      this.offset += 1;
    } else {
      const begin = this.offset + 4;
      this.offset = begin + bytes.readUInt32LE(this.offset);
      // A missing category is stored as "".
      line.add(begin === this.offset ? "null" : JSON.stringify(bytes.toString("utf8", begin, this.offset)));
    }
  }
}

const [comma, firstRow, nextRow, endOfRow] = [",", "{", ",{", "}"].map((text) => Buffer.from(text)) as [
  Buffer,
  Buffer,
  Buffer,
  Buffer,
];

/** Turns one segment's frames into lines of the prediction log (`PredictionRecord`). */
export class FrameDecoder {
  private readonly text: LineText;
  private readonly inputs: readonly { readonly key: Buffer; readonly reader: ColumnReader }[];
  private readonly outputs: ColumnReader;
  private readonly probabilities: ColumnReader | undefined;
  private readonly classes: number | undefined;
  private readonly model: string;
  private readonly end: string;
  private lastTime = NaN;
  private lastTimeText = "";

  constructor(header: SegmentHeader, expectedBytes = 1024) {
    this.text = new LineText(expectedBytes);
    this.inputs = header.columns.map(({ name, type }, index) => ({
      key: Buffer.from(`${index === 0 ? "" : ","}${JSON.stringify(name)}:`),
      reader: new ColumnReader(type),
    }));
    this.outputs = new ColumnReader(header.textOutputs ? "category" : "number");
    this.probabilities = header.probabilities ? new ColumnReader("number") : undefined;
    this.classes = header.classes;
    this.model = `","model":${JSON.stringify(header.model)},"inputs":[`;
    const redacted = header.redacted.length > 0 ? `,"redacted":${JSON.stringify(header.redacted)}` : "";
    this.end = `]${redacted}${header.test === true ? ',"test":true' : ""}}\n`;
  }

  /** The lines of all frames added, each with its line feed. */
  get content(): Buffer {
    return this.text.content;
  }

  add(bytes: Buffer): void {
    const { text, inputs, outputs, probabilities } = this;
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    const frame: Frame = { bytes, view, rows: bytes.readUInt32LE(16) };
    const idEnd = frameHead + bytes.readUInt32LE(20);
    let offset = aligned(idEnd);
    for (const { reader } of inputs) offset = reader.begin(frame, offset);
    offset = outputs.begin(frame, offset);
    probabilities?.begin(frame, offset);

    const id = JSON.stringify(bytes.toString("utf8", frameHead, idEnd));
    text.add(`{"id":${id},"time":"${this.timeText(view.getFloat64(8, true))}${this.model}`);
    for (let row = 0; row < frame.rows; row++) {
      text.addBytes(row === 0 ? firstRow : nextRow);
      for (const { key, reader } of inputs) {
        text.addBytes(key);
        reader.addNext(frame, text);
      }
      text.addBytes(endOfRow);
    }
    text.add('],"outputs":[');
    this.addList(frame, outputs);
    if (probabilities !== undefined) {
      text.add('],"probabilities":[');
      this.addProbabilities(frame, probabilities);
    }
    text.add(this.end);
  }

  private addList(frame: Frame, reader: ColumnReader): void {
    for (let row = 0; row < frame.rows; row++) {
      if (row > 0) this.text.addBytes(comma);
      reader.addNext(frame, this.text);
    }
  }

  /** Of more than two classes a list for each row. */
  private addProbabilities(frame: Frame, reader: ColumnReader): void {
    const { classes } = this;
    if (classes === undefined) {
      this.addList(frame, reader);
      return;
    }
    for (let row = 0; row < frame.rows; row++) {
      this.text.add(row > 0 ? ",[" : "[");
      for (let name = 0; name < classes; name++) {
        if (name > 0) this.text.addBytes(comma);
        reader.addNext(frame, this.text);
      }
      this.text.add("]");
    }
  }

  /** Records of the same millisecond have the same text. */
  private timeText(time: number): string {
    if (time !== this.lastTime) {
      this.lastTime = time;
      this.lastTimeText = new Date(time).toISOString();
    }
    return this.lastTimeText;
  }
}

/** One frame as its line, without the line feed. */
export function decodeFrame(frame: Buffer, header: SegmentHeader): string {
  const decoder = new FrameDecoder(header);
  decoder.add(frame);
  return decoder.content.toString("utf8", 0, decoder.content.length - 1);
}
