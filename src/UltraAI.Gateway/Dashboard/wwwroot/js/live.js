// The one stream of frames that all pages draw from, and what has come so far.
import { send } from './api.js';
import { eventsOf } from './sse.js';

const mostFrames = 1800; // half an hour of seconds
const hiddenFor = 5 * 60 * 1000;
const longestWait = 15;
const longestSilence = 5; // a frame is due each second

const listeners = new Set();
let abort = null;
let hiddenTimer = 0;

export const live = {
  /** 'off', 'connecting', 'live', 'waiting' (comes back by itself) */
  state: 'off',
  /** Why it waits. */
  reason: '',
  /** The newest frame, as it came. */
  frame: null,
  /** Points, oldest first: {t, providers: {name: {…}}, keys: {…}}; t in seconds */
  history: [],
};

/** @returns {() => void} ends it */
export function watch(listener) {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function start() {
  if (!abort) {
    abort = new AbortController();
    run(abort.signal);
  }
}

export function stop() {
  abort?.abort();
  abort = null;
  live.frame = null;
  live.history = [];
  tell('off');
}

// A tab that nobody looks at for minutes costs the gateway nothing.
document.addEventListener('visibilitychange', () => {
  clearTimeout(hiddenTimer);
  if (document.hidden && abort) {
    hiddenTimer = setTimeout(() => {
      abort?.abort();
      abort = null;
      tell('waiting', 'paused while the tab is hidden');
    }, hiddenFor);
  } else if (!document.hidden && live.state === 'waiting' && !abort) {
    start();
  }
});

async function run(signal) {
  let wait = 1;
  tell('connecting');
  while (!signal.aborted) {
    // A connection that was lost on its way may stay open for minutes, and nothing would come.
    const attempt = new AbortController();
    let silence = 0;
    const heard = () => {
      clearTimeout(silence);
      silence = setTimeout(() => attempt.abort(new Error(`nothing has come for ${longestSilence} seconds`)), longestSilence * 1000);
    };
    heard();
    try {
      const response = await send('GET', '/admin/events', { signal: AbortSignal.any([signal, attempt.signal]) });
      for await (const { event, data } of eventsOf(response, heard)) {
        if (event === 'frame') {
          wait = 1;
          take(data);
        }
      }

      tell('waiting', 'the gateway ended the stream');
    } catch (error) {
      if (signal.aborted || error.ended) {
        return;
      }

      wait = error.retryAfter ?? wait;
      tell('waiting', error.message);
    } finally {
      clearTimeout(silence);
    }

    await sleep(wait, signal);
    wait = Math.min(wait * 2, longestWait);
  }
}

function take(frame) {
  const before = live.frame;
  live.frame = frame;
  live.history.push(pointOf(frame, before));
  if (live.history.length > mostFrames) {
    live.history.splice(0, live.history.length - mostFrames);
  }

  tell('live');
}

function pointOf(frame, before) {
  const providers = {};
  const seconds = before ? Math.max(0.5, (Date.parse(frame.at) - Date.parse(before.at)) / 1000) : 1;
  for (const provider of frame.providers) {
    const old = before?.instance === frame.instance ? before.providers.find(other => other.name === provider.name) : null;
    const rate = (now, then) => old && now >= then ? (now - then) / seconds : null;
    const errors = {};
    for (const [outcome, total] of Object.entries(provider.requests_total)) {
      errors[outcome] = rate(total, old?.requests_total[outcome] ?? 0);
    }

    providers[provider.name] = {
      requests: provider.requests,
      outcomes: errors,
      latency: provider.latency_ms,
      firstChunk: provider.time_to_first_chunk_ms,
      active: provider.active_calls,
      waiting: provider.waiting_calls,
      open: provider.connections.active,
      idle: provider.connections.idle,
      reuse: provider.connections.requests_per_connection,
      tokens: rate(provider.input_tokens + provider.output_tokens, (old?.input_tokens ?? 0) + (old?.output_tokens ?? 0)),
    };
  }

  return { t: Date.parse(frame.at) / 1000, providers };
}

function tell(state, reason = '') {
  live.state = state;
  live.reason = reason;
  for (const listener of listeners) {
    listener(live);
  }
}

function sleep(seconds, signal) {
  return new Promise(resolve => {
    const timer = setTimeout(resolve, seconds * 1000);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    }, { once: true });
  });
}
