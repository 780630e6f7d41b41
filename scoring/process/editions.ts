import type { IncomingMessage, ServerResponse } from "node:http";

/** One version of the model behind its routes, ready. */
export interface Edition {
  /** `name:version`. */
  readonly reference: string;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => void;
  /** Frees what it holds; called after its last request. */
  readonly close: () => Promise<void>;
}

/** An edition with the count of its requests. */
class Counted {
  inFlight = 0;
  private retired = false;

  constructor(
    readonly edition: Edition,
    private readonly report: (message: string) => void,
  ) {}

  /** One function for all requests, not one for each. */
  readonly leave = (): void => {
    this.inFlight -= 1;
    if (this.retired && this.inFlight === 0) this.end();
  };

  retire(): void {
    this.retired = true;
    if (this.inFlight === 0) this.end();
  }

  private end(): void {
    this.edition.close().then(
      () => this.report(`${this.edition.reference} has answered its last request.`),
      (error: unknown) => this.report(`${this.edition.reference} could not be closed: ${String(error)}`),
    );
  }
}

/** What the server asks: the edition of the moment. Another one takes its place between two requests. */
export class Editions {
  private current: Counted;
  private readonly before = new Set<Counted>();

  constructor(
    first: Edition,
    private readonly report: (message: string) => void,
  ) {
    this.current = new Counted(first, report);
  }

  get reference(): string {
    return this.current.edition.reference;
  }

  /** Requests that came and are not answered yet, of all editions. */
  get inFlight(): number {
    let count = this.current.inFlight;
    for (const { inFlight } of this.before) count += inFlight;
    return count;
  }

  readonly handle = (request: IncomingMessage, response: ServerResponse): void => {
    const { current } = this;
    current.inFlight += 1;
    // "close" comes for every response, also when the client goes away before it has one.
    response.once("close", current.leave);
    current.edition.handle(request, response);
  };

  /** From now on requests go to the next edition; the one before is closed after its last. */
  replace(next: Edition): void {
    const previous = this.current;
    this.current = new Counted(next, this.report);
    for (const old of this.before) if (old.inFlight === 0) this.before.delete(old);
    this.before.add(previous);
    previous.retire();
  }

  close(): Promise<void> {
    return this.current.edition.close();
  }
}
