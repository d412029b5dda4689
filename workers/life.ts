// A thread that is ended from outside (terminated, or killed for its memory) fires no event at its owner. A lock that
// it holds is given up in any case, so whoever waits for the lock hears of the end.

/** In the thread: holds a lock of its own for as long as the thread lives, and tells the owner its name. */
export function holdLife(): void {
  const life = `life-${crypto.randomUUID()}`;
  // only pages over plain http of another machine have no locks
  void navigator.locks?.request(life, () => {
    self.postMessage({ kind: "life", life });
    return new Promise(() => {});
  });
}

/** In the owner: calls `ended` once the thread is gone, whatever ended it. */
export function watchLife(worker: Worker, ended: () => void): void {
  worker.addEventListener("message", ({ data }: MessageEvent<{ kind?: string; life?: string }>) => {
    if (data.kind === "life" && data.life) void navigator.locks.request(data.life, ended);
  });
}
