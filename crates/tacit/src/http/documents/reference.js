// The API reference: draws the OpenAPI document of this server. Text only ever becomes text, never markup.

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const DEPTH_MAX = 6

const filter = document.getElementById('filter')
const count = document.getElementById('count')
const list = document.getElementById('routes')
const areas = document.getElementById('areas')

/** An element with attributes and children; children that are null are left out. */
function element(name, attributes, ...children) {
  const made = document.createElement(name)
  for (const [key, value] of Object.entries(attributes ?? {})) made.setAttribute(key, value)
  made.append(...children.flat().filter((child) => child != null))
  return made
}

/** All operations of the document, in its order. */
function operations(api) {
  return Object.entries(api.paths).flatMap(([path, item]) =>
    METHODS.filter((method) => item[method]).map((method) => ({ path, method, ...item[method] })),
  )
}

/** The schema itself, where a reference stands for it. What stands beside a reference counts too. */
function resolve(api, schema) {
  if (!schema?.$ref) return schema ?? {}
  const { $ref, ...beside } = schema
  const target = $ref.slice(2).split('/').reduce((value, key) => value?.[key], api)
  return { ...resolve(api, target), ...beside }
}

/** The type in a few words: "string", "array of Tag", "string or null". */
function typeName(api, schema) {
  if (schema === true || schema == null) return 'any'
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  const whole = resolve(api, schema)
  if (whole.enum) return whole.enum.map((value) => JSON.stringify(value)).join(' or ')
  const choices = whole.anyOf ?? whole.oneOf
  if (choices) return [...new Set(choices.map((choice) => typeName(api, choice)))].join(' or ')
  const types = [whole.type ?? (whole.properties ? 'object' : 'any')].flat()
  return types.map((type) => (type === 'array' ? `array of ${typeName(api, whole.items)}` : type)).join(' or ')
}

/** The object whose fields are worth showing: through references, arrays and "or null". */
function objectIn(api, schema) {
  const whole = resolve(api, schema)
  if (whole.properties || whole.allOf) return whole
  if (whole.items) return objectIn(api, whole.items)
  const choices = (whole.anyOf ?? whole.oneOf ?? []).map((choice) => objectIn(api, choice))
  return choices.find(Boolean)
}

/** The fields of a schema as [name, schema, isRequired]. */
function fields(api, schema) {
  const object = objectIn(api, schema)
  if (!object) return []
  const own = Object.entries(object.properties ?? {}).map(([name, field]) => [
    name,
    field,
    (object.required ?? []).includes(name),
  ])
  return [...own, ...(object.allOf ?? []).flatMap((part) => fields(api, part))]
}

function fieldRow(api, [name, schema, isRequired], depth, seen) {
  const reference = schema?.$ref ?? schema?.items?.$ref
  const isRepeated = reference && seen.includes(reference)
  const below = depth < DEPTH_MAX && !isRepeated ? fields(api, schema) : []
  const description = resolve(api, schema).description
  return element(
    'li',
    {},
    element('code', { class: 'name' }, name),
    element('span', { class: 'type' }, typeName(api, schema)),
    element('span', { class: isRequired ? 'required' : 'optional' }, isRequired ? 'required' : 'optional'),
    description ? element('p', {}, description) : null,
    below.length ? fieldList(api, below, depth + 1, [...seen, reference]) : null,
  )
}

function fieldList(api, rows, depth = 0, seen = []) {
  return element('ul', { class: 'fields' }, rows.map((row) => fieldRow(api, row, depth, seen)))
}

function part(title, content) {
  return content ? element('section', { class: title.toLowerCase() }, element('h3', {}, title), content) : null
}

function parameters(api, operation, place) {
  const rows = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === place)
    .map(({ name, schema, description, required }) => [name, { ...schema, description }, required])
  return rows.length ? fieldList(api, rows) : null
}

function body(api, content) {
  const schema = content?.['application/json']?.schema
  if (!schema) return null
  const rows = fields(api, schema)
  return rows.length ? fieldList(api, rows) : element('p', { class: 'type' }, typeName(api, schema))
}

/** The address of a call, with capitals where something is to be filled in. */
function address(operation) {
  const path = operation.path.replace(/\{(.*?)\}/g, (_, name) => name.toUpperCase())
  const needed = (operation.parameters ?? []).filter((parameter) => parameter.in === 'query' && parameter.required)
  const query = needed.map(({ name }) => `${name}=${name.toUpperCase()}`).join('&')
  return `${location.origin}${path}${query && `?${query}`}`
}

function example(operation) {
  const method = operation.method === 'get' ? '' : `-X ${operation.method.toUpperCase()} `
  const lines = [`curl ${method}'${address(operation)}'`]
  if (operation.security.length) lines.push('-H "Authorization: Bearer $TOKEN"')
  if (operation.requestBody) lines.push("-H 'Content-Type: application/json'", "-d '{…}'")
  return element('pre', {}, element('code', {}, lines.join(' \\\n  ')))
}

function details(api, operation) {
  const event = operation['x-audit-event']
  return element(
    'div',
    { class: 'details' },
    element(
      'dl',
      {},
      element('div', {}, element('dt', {}, 'Access'), element('dd', {}, operation['x-access'])),
      event ? element('div', {}, element('dt', {}, 'Audit event'), element('dd', {}, element('code', {}, event))) : null,
    ),
    part('Path', parameters(api, operation, 'path')),
    part('Query', parameters(api, operation, 'query')),
    part('Body', body(api, operation.requestBody?.content)),
    part('Answer', body(api, operation.responses['200']?.content)),
    part('Example', example(operation)),
  )
}

/** One route. Its fields are drawn when it is opened. */
function route(api, operation) {
  const summary = element(
    'summary',
    {},
    element('span', { class: `method ${operation.method}` }, operation.method.toUpperCase()),
    element('code', { class: 'path' }, operation.path),
    element('span', { class: 'summary' }, operation.summary ?? ''),
    element('span', { class: 'access' }, operation['x-access'].split(',')[0]),
  )
  const made = element('details', { id: operation.operationId }, summary)
  made.addEventListener('toggle', () => {
    if (made.open && made.children.length === 1) made.append(details(api, operation))
  })
  const words = [operation.method, operation.path, operation.summary, operation['x-access'], operation['x-audit-event']]
  return { made, text: words.join(' ').toLowerCase() }
}

function area(api, name, all) {
  const routes = all.filter((operation) => operation.tags.includes(name)).map((operation) => route(api, operation))
  if (!routes.length) return null
  const id = `area-${name.toLowerCase().replaceAll(' ', '-')}`
  const heading = element('h2', { id }, name)
  const section = element('section', { class: 'area', 'aria-labelledby': id }, heading, element('div', { class: 'list' }, routes.map(({ made }) => made)))
  const link = element('a', { href: `#${id}` }, name)
  return { section, link, routes }
}

/** Shows what contains every word of the filter. */
function apply(parts) {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean)
  let shown = 0
  for (const { section, link, routes } of parts) {
    for (const { made, text } of routes) made.hidden = !words.every((word) => text.includes(word))
    const found = routes.filter(({ made }) => !made.hidden).length
    section.hidden = link.hidden = found === 0
    shown += found
  }
  count.textContent = shown === 1 ? '1 route' : `${shown} routes`
}

/** Opens the route or goes to the area that the address names. */
function openNamed() {
  const named = document.getElementById(decodeURIComponent(location.hash.slice(1)))
  if (named?.tagName === 'DETAILS') named.open = true
  named?.scrollIntoView()
}

async function start() {
  const answer = await fetch(document.querySelector('a.aside').href)
  const api = await answer.json()
  const all = operations(api)
  const parts = api.tags.map(({ name }) => area(api, name, all)).filter(Boolean)
  areas.replaceChildren(...parts.map(({ link }) => link))
  list.replaceChildren(...parts.map(({ section }) => section))
  filter.addEventListener('input', () => apply(parts))
  apply(parts)
  openNamed()
  addEventListener('hashchange', openNamed)
}

addEventListener('keydown', (event) => {
  const isTyping = event.target === filter || event.ctrlKey || event.metaKey || event.altKey
  if (event.key !== '/' || isTyping) return
  event.preventDefault()
  filter.focus()
})

start().catch(() => {
  count.textContent = 'The list could not be loaded. Reload the page to try again.'
})
