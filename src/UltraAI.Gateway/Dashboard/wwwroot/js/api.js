// Calls to the gateway. The CSRF value lives in this module alone: never in storage, never in an address.
let csrf = null;
let signedOut = () => { };

/** An answer that is an error: the gateway's problem details, or the error object of /ultra. */
export class Problem extends Error {
  constructor(status, message, { faults = [], retryAfter = null, code = null } = {}) {
    super(message);
    this.status = status;
    /** Whether the session has ended; who is signed out is told so by the page. */
    this.ended = false;
    this.faults = faults;
    this.retryAfter = retryAfter;
    this.code = code;
  }
}

/** @param {() => void} listener  called when the session has ended */
export function onSignedOut(listener) {
  signedOut = listener;
}

/** @returns whether there is a session */
export async function resume() {
  const response = await fetch('/dashboard/session', { cache: 'no-store' });
  if (response.status === 401) {
    return false;
  }

  if (!response.ok) {
    throw await problemOf(response);
  }

  csrf = (await response.json()).csrf;
  return true;
}

export async function signIn(token) {
  const response = await fetch('/dashboard/session', {
    method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ token }), cache: 'no-store',
  });
  if (!response.ok) {
    throw await problemOf(response);
  }

  csrf = (await response.json()).csrf;
}

/** Fails when the gateway did not end the session: then somebody is signed in still, whatever the page shows. */
export async function signOut() {
  await call('DELETE', '/dashboard/session');
  csrf = null;
  signedOut();
}

/** @returns the response, if it is no error */
export async function send(method, path, { body, type = 'application/json', headers = {}, signal } = {}) {
  const fields = { ...headers };
  if (body !== undefined) {
    fields['content-type'] = type;
  }

  const attempt = async () => {
    if (method !== 'GET') {
      fields['x-ultraai-csrf'] = csrf ?? '';
    }

    try {
      return await fetch(path, { method, headers: fields, body: body === undefined ? undefined : JSON.stringify(body), signal, cache: 'no-store' });
    } catch (error) {
      throw signal?.aborted ? error : new Problem(0, 'The gateway does not answer. Is it running?');
    }
  };
  let response = await attempt();
  if (method !== 'GET' && response.status === 403 && await hasOtherCsrf()) {
    response = await attempt();
  }

  if (response.status === 401 && !isOfKey(path, response)) {
    const problem = await problemOf(response);
    problem.ended = true;
    csrf = null;
    signedOut();
    throw problem;
  }

  if (!response.ok) {
    throw await problemOf(response);
  }

  return response;
}

// /ultra says so of a virtual key that expired or was turned off. The guard before it asks for the admin token.
const isOfKey = (path, response) => path.startsWith('/dashboard/ultra') && !response.headers.has('www-authenticate');

/** Who signs in again, in another tab, has another session, and with it another value. */
async function hasOtherCsrf() {
  const before = csrf;
  return await resume().catch(() => false) && csrf !== before;
}

/** @returns the answer's JSON, and its ETag */
export async function call(method, path, options) {
  const response = await send(method, path, options);
  const text = await response.text();
  return { data: text ? JSON.parse(text) : null, etag: response.headers.get('etag') };
}

export const get = async (path, signal) => (await call('GET', path, { signal })).data;

async function problemOf(response) {
  let body = null;
  try {
    body = await response.json();
  } catch {
    // Not JSON: the status has to do.
  }

  const retryAfter = Number(response.headers.get('retry-after')) || null;
  const message = body?.detail ?? body?.error?.message ?? body?.title ?? `The gateway answered ${response.status}.`;
  return new Problem(response.status, message, { faults: body?.errors ?? [], retryAfter, code: body?.error?.code ?? response.headers.get('x-ultraai-error') });
}
