import type { Clock, Disposable } from '../util/clock';

/** Where lines go: standard error, or a test's buffer. */
export interface Terminal {
  isTTY?: boolean;
  write(text: string): unknown;
}

const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const FRAME_MS = 80;
const COLUMN = 22;

/** Shows the parts of a start one after the other: a spinner each on a terminal, plain lines elsewhere. */
export class Progress {
  private spinner?: Disposable;
  private current?: { name: string; since: number };

  constructor(
    private readonly out: Terminal,
    private readonly clock: Clock,
  ) {}

  /** A part begins to come up; ends the one before it. */
  begin(name: string): void {
    this.done();
    this.current = { name, since: this.clock.monotonic() };
    if (!this.out.isTTY) return;
    let frame = 0;
    const draw = (): void => void this.out.write(`\r${FRAMES[frame++ % FRAMES.length]} ${name}`);
    draw();
    this.spinner = this.clock.every(FRAME_MS, draw);
  }

  /** The part that was begun is up. */
  done(detail = ''): void {
    const part = this.take();
    if (!part) return;
    const took = `${Math.round(this.clock.monotonic() - part.since)} ms`;
    const mark = this.out.isTTY ? '\r\u001b[32m✓\u001b[0m' : '✓';
    this.out.write(`${mark} ${part.name.padEnd(COLUMN)}${took.padStart(8)}${detail && `  ${detail}`}\n`);
  }

  /** The part that was begun could not come up. */
  failed(): void {
    const part = this.take();
    if (part) this.out.write(`${this.out.isTTY ? '\r\u001b[31m✗\u001b[0m' : '✗'} ${part.name}\n`);
  }

  private take(): { name: string; since: number } | undefined {
    this.spinner?.dispose();
    this.spinner = undefined;
    const part = this.current;
    this.current = undefined;
    return part;
  }
}
