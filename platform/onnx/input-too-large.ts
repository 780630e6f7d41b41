import { PlatformError } from "../base/errors";

/** A finite number that is too large to be calculated with. */
export class InputTooLarge extends PlatformError {
  constructor(
    /** Counted from 0. */
    readonly row: number,
    readonly field: string,
    readonly fault: string,
  ) {
    super("INPUT_INVALID", `Row ${row}: ${fault}`);
  }
}
