import { MunimentError } from '../kernel/index.ts';

/** A refusal that was recorded: the problem names its entry. */
export class RecordedRefusal extends MunimentError {
  readonly entry: number;

  constructor(refusal: { code: MunimentError['code']; reason: string; entry: number }) {
    super(refusal.code, refusal.reason);
    this.entry = refusal.entry;
  }
}
