// Adobe's create-audience endpoint with Node's own http module. Page: adobe-create-audience.md, and its newer revision (FACTS.md 2.1, C).
import http from 'node:http'
import { randomUUID } from 'node:crypto'

const { PORT, ADOBE_ACCESS_TOKEN, ADOBE_API_KEY, ADOBE_ORG_ID, ADOBE_SANDBOX_NAME } = process.env
const MAX_BODY = 1024 * 1024
const audiences = new Map()

function send (response, status, body) {
  const text = JSON.stringify(body)
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) })
  response.end(text)
}

const fail = (response, status, message) => send(response, status, { error_code: String(status), message })

async function read (request) {
  const chunks = []
  let size = 0
  for await (const chunk of request) {
    size += chunk.length
    if (size <= MAX_BODY) chunks.push(chunk)
  }
  return size > MAX_BODY ? undefined : Buffer.concat(chunks).toString('utf8')
}

function accepts (header) {
  const [type, ...parameters] = (header ?? '').split(';').map((part) => part.trim().toLowerCase())
  return type === 'application/vnd.adobe.external.audiences+json' && parameters.includes('version=2')
}

async function handle (request, response) {
  const headers = request.headers
  const url = new URL(request.url, 'http://localhost')
  const content = await read(request)
  const token = /^Bearer\s+(.+)$/i.exec(headers.authorization ?? '')
  if (!token || token[1] !== ADOBE_ACCESS_TOKEN) return fail(response, 401, 'Oauth token is not valid')
  if (headers['x-api-key'] !== ADOBE_API_KEY) return fail(response, 403, 'Api Key is invalid')
  if (headers['x-gw-ims-org-id'] !== ADOBE_ORG_ID) return fail(response, 403, 'The organization is unknown')
  if (headers['x-sandbox-name'] !== ADOBE_SANDBOX_NAME) return fail(response, 403, 'The sandbox is unknown')
  if (url.pathname !== '/core/ais/audiences') return fail(response, 404, 'Not found')
  if (request.method !== 'POST') {
    response.setHeader('Allow', 'POST')
    return fail(response, 405, 'Method not allowed')
  }
  if (url.searchParams.get('createAudienceMetaOnly') !== 'true') {
    return fail(response, 400, 'createAudienceMetaOnly=true is required')
  }
  if (!accepts(headers.accept)) return fail(response, 406, 'Accept must ask for version 2 of external audiences')
  if (!/^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '')) {
    return fail(response, 415, 'Content-Type must be application/json')
  }
  if (content === undefined) return fail(response, 413, 'The body is too large')
  let body
  try {
    body = JSON.parse(content)
  } catch {
    return fail(response, 400, 'The body is not valid JSON')
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return fail(response, 400, 'The body must be an object')
  }
  for (const property of ['name', 'description', 'namespace', 'originName', 'audienceId']) {
    if (body[property] !== undefined && typeof body[property] !== 'string') {
      return fail(response, 400, `${property} must be a string`)
    }
  }
  for (const property of ['name', 'namespace', 'originName']) {
    if (!body[property]) return fail(response, 400, `${property} is required`)
  }
  const id = randomUUID()
  audiences.set(id, body)
  send(response, 200, { id, name: body.name, audienceId: body.audienceId ?? id })
}

const server = http.createServer((request, response) => {
  handle(request, response).catch(() => fail(response, 500, 'Unexpected error'))
})
server.listen(Number(PORT), '127.0.0.1')
