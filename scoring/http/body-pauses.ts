import type { IncomingMessage, Server } from "node:http";

/** Longest time in which nothing of a body comes, in milliseconds. */
const defaultPauseMs = 10_000;

/** Looks at a body in that time. They are counted, not the time: a process that was busy has not read what had come. */
const looks = 10;

/** How much had come on a body's connection, and how many looks ago. */
interface Progress {
  bytes: number;
  looks: number;
}

/** Whether a request has a body that is still to come. */
function hasMore({ complete, headers, destroyed }: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": coding } = headers;
  return !complete && !destroyed && (coding !== undefined || Number(length ?? 0) > 0);
}

/**
 * Cuts off clients that begin a body and send no more of it, as those that are late with a whole request are cut off: they hold a
 * connection, and the room of what they have sent.
 */
export function limitBodyPauses(server: Server, pauseMs = defaultPauseMs): void {
  const bodies = new Map<IncomingMessage, Progress>();
  const note = (request: IncomingMessage): void => {
    if (hasMore(request)) bodies.set(request, { bytes: request.socket.bytesRead, looks: 0 });
  };
  const look = (): void => {
    for (const [request, progress] of bodies) {
      const { bytesRead } = request.socket;
      if (!hasMore(request)) bodies.delete(request);
      else if (bytesRead !== progress.bytes) Object.assign(progress, { bytes: bytesRead, looks: 0 });
      else if (++progress.looks >= looks) {
        bodies.delete(request);
        const late = Object.assign(new Error("The body stopped."), { code: "ERR_HTTP_REQUEST_TIMEOUT" });
        server.emit("clientError", late, request.socket);
      }
    }
  };
  server.on("request", note);
  // Where nobody listens to it, the server itself tells clients to go on; somebody who does takes that from it.
  if (server.listenerCount("checkContinue") > 0) server.on("checkContinue", note);
  const timer = setInterval(look, pauseMs / looks).unref();
  server.once("close", () => clearInterval(timer));
}
