type NamedEnvironment = { name: string; slug: string }

/** What a new project has unless somebody says otherwise, one environment a line. */
export const USUAL_ENVIRONMENTS = 'Development (dev)\nStaging (staging)\nProduction (prod)'

const LINE = /^(.{1,64}?)\s*\(([a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?)\)$/

/** Reads lines such as "Development (dev)"; `bad` is the first line that is none. */
export function parseEnvironments(text: string): { environments: NamedEnvironment[] } | { bad: string } {
  const environments: NamedEnvironment[] = []
  for (const line of text.split('\n').map((one) => one.trim())) {
    if (!line) continue
    const [, name, slug] = LINE.exec(line) ?? []
    if (!name || !slug) return { bad: line }
    environments.push({ name, slug })
  }
  return { environments }
}
