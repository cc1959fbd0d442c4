// The API of this page's own server, typed by its OpenAPI file.
import createClient from 'openapi-fetch';
import type { components, paths } from './schema';

export type Me = components['schemas']['Me'];
export type Ways = components['schemas']['Ways'];
export type Hit = components['schemas']['Hit'];
export type Reference = components['schemas']['Reference'];
export type SurveyOf = components['schemas']['SurveyOf'];
type ProblemBody = components['schemas']['Problem'];

/** What the server, or the way to it, refused. */
export class Problem extends Error {
  readonly title: string;
  readonly status: number;

  constructor(title: string, detail: string, status: number) {
    super(detail);
    this.title = title;
    this.status = status;
  }
}

let csrf = '';
let language = 'en';
let unreachable: [title: string, detail: string] = ['', ''];
let loggedOut: () => void = () => undefined;

/** The token that this session's changes carry. */
export function rememberToken(token: string): void {
  csrf = token;
}

/** The language of the server's titles, and what is said when it cannot be reached. */
export function speak(lang: string, title: string, detail: string): void {
  language = lang;
  unreachable = [title, detail];
}

/** What to do when the session has ended. */
export function whenLoggedOut(then: () => void): void {
  loggedOut = then;
}

export const api = createClient<paths>({ baseUrl: window.location.origin, credentials: 'same-origin' });
api.use({
  onRequest({ request }) {
    request.headers.set('Accept-Language', language);
    if (request.method !== 'GET' && csrf) request.headers.set('X-CSRF-Token', csrf);
    return request;
  },
});

/** Said when no answer came. */
export const notReached = (): Problem => new Problem(unreachable[0], unreachable[1], 0);

/** The answer's value; a refusal is thrown as a `Problem`. */
export async function answered<T>(
  call: Promise<{ data?: T; error?: unknown; response: Response }>,
): Promise<T> {
  let result;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw notReached();
  }
  const { data, error, response } = result;
  if (response.ok) return data as T;
  const body = (typeof error === 'object' ? error : null) as Partial<ProblemBody> | null;
  if (response.status === 401 && body?.type !== '/problems/wrong-password') loggedOut();
  throw new Problem(body?.title ?? `HTTP ${response.status}`, body?.detail ?? response.statusText, response.status);
}

export function asProblem(error: unknown): Problem {
  return error instanceof Problem ? error : new Problem('', String(error), 0);
}
