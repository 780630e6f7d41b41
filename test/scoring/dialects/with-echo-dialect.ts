import * as real from "../../../scoring/dialects/dialects";
import { echo } from "./echo-dialect";

/**
 * Puts a made-up dialect into the list of dialects, which is the one thing to do for a new one. A test imports this file
 * before all others: what is imported after it gets the longer list.
 */
const { dialects } = real;
jest.doMock("../../../scoring/dialects/dialects", () => ({ dialects: [...dialects, echo] }));
