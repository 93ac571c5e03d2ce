/** What plugins remember from one step of a pod's scheduling cycle to the next. */
export class CycleState {
  /** Plugins whose filter has nothing to say for this pod. */
  readonly skipFilter = new Set<string>();
  /** Plugins whose score has nothing to say for this pod. */
  readonly skipScore = new Set<string>();
  private readonly values = new Map<string, unknown>();

  set(key: string, value: unknown): void {
    this.values.set(key, value);
  }

  has(key: string): boolean {
    return this.values.has(key);
  }

  /** What was set under the key; the caller knows its type. */
  get<T>(key: string): T | undefined {
    return this.values.get(key) as T | undefined;
  }
}
