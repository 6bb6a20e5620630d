import { BASE } from '~/lib/base'
import { rememberRefusal } from '~/lib/refusals'
import { currentSession, currentToken, expired, signedIn } from './session'

/** What is wrong with a request, and where in it. */
export type Issue = { path: (string | number)[]; message: string }

/** What else an error says about signing in. */
export type Context = { code?: string; mfaMethods?: string[] }

/** An answer other than 2xx. The text is the server's own and safe to show. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly requestId: string,
    readonly details: unknown,
    /** The places of a form that were wrong. */
    readonly issues: Issue[] = [],
    /** What has to come first, for programs: a second factor, the password. */
    readonly context: Context = {},
    /** Of a refusal: what an administrator can open. */
    readonly decision = '',
  ) {
    super(message)
  }
}

type Options = {
  query?: Record<string, string | number | boolean | undefined>
  body?: unknown
  /** Without the caller's token: signing in. */
  anonymous?: boolean
  /** A token that is not in use yet. */
  token?: string
  signal?: AbortSignal | undefined
  headers?: Record<string, string>
}

/**
 * Sends one request to the server this page came from and returns the body of its answer. A token that ran out is
 * renewed once, silently; if that fails the request waits until somebody has signed in again.
 */
export const request = async <T>(method: string, path: string, options: Options = {}): Promise<T> =>
  read<T>(await answerTo(method, path, options))

/** As `request`, for an answer that is a file. */
export async function requestFile(path: string, query?: NonNullable<Options['query']>): Promise<Blob> {
  const response = await answerTo('GET', path, query ? { query } : {})
  return response.ok ? response.blob() : read<Blob>(response)
}

async function answerTo(method: string, path: string, options: Options): Promise<Response> {
  const used = options.anonymous ? '' : (options.token ?? currentToken())
  const response = await send(method, path, options, used)
  if (
    response.status !== 401 ||
    options.anonymous ||
    options.token ||
    currentSession().state === 'signed-out'
  ) {
    return response
  }
  // Another request may have renewed it meanwhile.
  if (currentToken() === used && !(await renew())) await expired()
  return send(method, path, options, currentToken())
}

/**
 * Opens a stream of events that goes on after the event with the id `after`. Nothing if the server cannot be reached or
 * nobody is signed in; it does not ask for a password, because nobody waits for it.
 */
export async function openStream(
  path: string,
  after: string,
  signal: AbortSignal,
): Promise<Response | undefined> {
  const open = () => send('GET', path, { query: { after: after || undefined }, signal }, currentToken())
  try {
    const used = currentToken()
    const response = await open()
    if (response.status !== 401) return response
    return currentToken() !== used || (await renew()) ? await open() : undefined
  } catch {
    return undefined
  }
}

async function send(method: string, path: string, options: Options, token: string): Promise<Response> {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(options.query ?? {})) {
    if (value !== undefined) query.set(name, String(value))
  }
  const headers: Record<string, string> = { ...options.headers }
  if (token) headers.authorization = `Bearer ${token}`
  if (options.body !== undefined) headers['content-type'] = 'application/json'
  const init: RequestInit = { method, headers, cache: 'no-store' }
  if (options.body !== undefined) init.body = JSON.stringify(options.body)
  if (options.signal) init.signal = options.signal
  try {
    return await fetch(BASE + (query.size ? `${path}?${query}` : path), init)
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error
    throw new ApiError(0, 'The server cannot be reached.', '', undefined)
  }
}

async function read<T>(response: Response): Promise<T> {
  const body: unknown = await response.json().catch(() => undefined)
  if (response.ok) return body as T
  const { message, reqId, details, context, decisionId } = (body ?? {}) as ErrorBody
  throw new ApiError(
    response.status,
    sentence(message, response.status),
    reqId ?? '',
    details,
    issuesOf(message),
    context,
    decisionId,
  )
}

type ErrorBody = {
  message?: unknown
  reqId?: string
  details?: unknown
  context?: Context
  decisionId?: string
}

const issuesOf = (message: unknown): Issue[] =>
  Array.isArray(message)
    ? message.map(({ path = [], message = '' }: Partial<Issue>) => ({ path, message }))
    : []

/** The server says an error as text, or as a list of places and texts when a form was wrong. */
function sentence(message: unknown, status: number): string {
  if (typeof message === 'string') return message
  if (Array.isArray(message)) {
    return message.map((issue: { message?: string }) => issue.message ?? '').join(' ')
  }
  return `The server answered ${status}.`
}

let renewing: Promise<boolean> | undefined

/** Gets a new access token with the session's cookie. Whether there is one. */
export function renew(): Promise<boolean> {
  renewing ??= fetchToken().finally(() => {
    renewing = undefined
  })
  return renewing
}

async function fetchToken(): Promise<boolean> {
  try {
    const response = await send('POST', '/api/v1/auth/token', {}, '')
    if (!response.ok) return false
    const { token, organizationId } = await read<{ token: string; organizationId?: string | null }>(response)
    signedIn(token, organizationId ?? '')
    return true
  } catch {
    return false
  }
}

/** What to show of a request that may have failed; nothing if it did not. */
export const problemOf = (error: unknown) => (error ? errorText(error) : undefined)

/** Whether the server asks for something else first, by its name. */
export const asksFor = (error: unknown, code: string) =>
  error instanceof ApiError && error.context.code === code

/** What to show of any error. */
export function errorText(error: unknown): string {
  if (error instanceof ApiError) {
    if (error.decision) rememberRefusal(error.message, error.decision)
    return error.requestId && error.status >= 500
      ? `${error.message} (request ${error.requestId})`
      : error.message
  }
  return 'Something unexpected went wrong in this page.'
}
