/**
 * Work on one model takes turns: a step in flight awaits the device, and a question that came meanwhile
 * must not touch the weights in between.
 */
export function createTurns(): <T>(work: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
}

const channel = new MessageChannel();
let waiting: (() => void)[] = [];
channel.port1.onmessage = () => {
  const woken = waiting;
  waiting = [];
  for (const wake of woken) wake();
};

/** Lets messages that wait for this thread in. A timer would cost 4 ms each time. */
export function breathe(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    channel.port2.postMessage(null);
  });
}
