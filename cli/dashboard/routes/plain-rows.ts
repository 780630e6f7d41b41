import { Transform, type TransformCallback } from "node:stream";
import { PlatformError } from "../../../platform/base/errors";
import { counted } from "../../../platform/base/wording";

/** Most lines of a file that is sent. What comes of a line that cannot be scored is longer than itself: its number and the reason. */
const maxLines = 1_000_000;

const lineFeed = 0x0a;

/** How files begin that hold more than they are large, by bytes. */
const packed = [
  [0x1f, 0x8b],
  [0x50, 0x41, 0x52, 0x31],
] as const;

/**
 * Passes on a file of rows as it is sent; throws USAGE at one that is packed, whose content may be a thousand times as large, and at one
 * with too many lines. Otherwise whoever may send 100 MB could fill the disk.
 */
export class PlainRows extends Transform {
  private begin: number[] | undefined = [];
  private lines = 0;

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.isPacked(chunk)) {
      done(
        new PlatformError(
          "USAGE",
          "The file is compressed, or Parquet. Expected CSV text. Unpack it, and send that.",
        ),
      );
      return;
    }
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, at + 1)) this.lines += 1;
    if (this.lines <= maxLines) done(null, chunk);
    else
      done(
        new PlatformError("USAGE", `The file has more than ${counted(maxLines, "line")}. Send it in parts.`),
      );
  }

  private isPacked(chunk: Buffer): boolean {
    const { begin } = this;
    if (begin === undefined) return false;
    begin.push(...chunk.subarray(0, 4 - begin.length));
    if (begin.length === 4) this.begin = undefined;
    return packed.some((bytes) => bytes.every((byte, index) => begin[index] === byte));
  }
}
