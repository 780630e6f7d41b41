/**
 * What the ONNX runtime would change in a text before a model sees it; undefined when it takes it as it is. It ends a text
 * at its first NUL, so that "x\0y" would be scored as "x", and writes another character for half of a surrogate pair.
 */
export function findTextFault(text: string): string | undefined {
  if (text.includes("\0")) return "has the character NUL (U+0000)";
  // The same as isWellFormed(), which the library of ES2023 does not declare.
  return /\p{Surrogate}/u.test(text) ? "has half of a surrogate pair, which is no character" : undefined;
}
