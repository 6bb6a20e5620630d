/** What to search secrets for, as the server takes it. A value to find never comes this way. */
export type Question = {
  name?: string
  comment?: string
  secretPath?: string
  environments?: string[]
  tagSlugs?: string[]
  metadata?: { key?: string; value?: string }[]
}

/** A part of a question that is written `word:text`. */
const PART = /^(env|tag|path|meta|comment):(.+)$/i

/**
 * Reads what somebody typed: words that are in the key, `env:prod`, `tag:name`, `path:/folder`, `meta:key=value` and
 * `comment:word`. Keys have no spaces, so several words are joined by underscores. Nothing if it asks for nothing.
 */
export function readQuestion(typed: string): Question | undefined {
  const question: Question = {}
  const words: string[] = []
  for (const word of typed.trim().split(/\s+/).filter(Boolean)) {
    const [, kind, rest] = PART.exec(word) ?? []
    if (kind === undefined || rest === undefined) words.push(word)
    else addPart(question, kind.toLowerCase(), rest)
  }
  if (words.length) question.name = words.join('_')
  return asksSomething(question) ? question : undefined
}

function addPart(question: Question, kind: string, rest: string) {
  if (kind === 'env') question.environments = [...(question.environments ?? []), rest]
  else if (kind === 'tag') question.tagSlugs = [...(question.tagSlugs ?? []), rest]
  else if (kind === 'path') question.secretPath = rest.startsWith('/') ? rest : `/${rest}`
  else if (kind === 'comment') question.comment = rest
  else question.metadata = [...(question.metadata ?? []), metadataOf(rest)]
}

function metadataOf(text: string) {
  const [key = '', ...value] = text.split('=')
  return { ...(key ? { key } : {}), ...(value.length ? { value: value.join('=') } : {}) }
}

/** An environment alone would be everything in it. */
const asksSomething = ({ name, comment, secretPath, tagSlugs, metadata }: Question) =>
  Boolean(name ?? comment ?? tagSlugs ?? metadata) || (secretPath !== undefined && secretPath !== '/')

/** A secret that was found in one environment. */
export type Match = { environment: string; secretPath: string; secretKey: string; tags: { slug: string }[] }
/** A secret in all environments where it was found. */
export type Found = { project: string; folder: string; key: string; environments: string[]; tags: string[] }

/** Brings the environments of one key together, in the order in which they were found. */
export function together(project: string, matches: Match[]): Found[] {
  const found = new Map<string, Found>()
  for (const { environment, secretPath: folder, secretKey: key, tags } of matches) {
    const id = `${folder}\n${key}`
    const one = found.get(id) ?? { project, folder, key, environments: [], tags: [] }
    one.environments.push(environment)
    one.tags = [...new Set([...one.tags, ...tags.map((tag) => tag.slug)])]
    found.set(id, one)
  }
  return [...found.values()]
}
