/**
 * Counts the calls of a faulty model in a program of its own: those before the program says that it is ready, which are for
 * its own start, are all the first.
 */
export function countCallsAfterReady(): () => number {
  let [ready, calls] = [false, 1];
  const send = process.send?.bind(process);
  process.send = (message: unknown) => {
    ready = true;
    return send?.(message) ?? false;
  };
  return () => (ready ? ++calls : 1);
}
