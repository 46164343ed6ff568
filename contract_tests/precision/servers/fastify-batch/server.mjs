// Batch's audiences with Fastify and its schemas. Pages: create (batch-create.md), update, replace, remove, view, list (FACTS.md 1.3).
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'

const { PORT, BATCH_API_KEY, BATCH_PROJECT } = process.env

// Types are kept as they are sent: Fastify's default makes strings of numbers.
const app = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } })
const audiences = new Map()
const tokens = new Map()
const members = new Map()

const errorSchema = {
  type: 'object',
  required: ['error_code', 'error_message'],
  properties: { error_code: { type: 'string' }, error_message: { type: 'string' } }
}
const accepted = {
  type: 'object',
  properties: { indexing_token: { type: 'string' } }
}
const createBody = {
  type: 'object',
  required: ['name', 'type'],
  properties: {
    name: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[A-Za-z0-9_-]+$' },
    type: { type: 'string', enum: ['custom_ids', 'emails', 'install_ids'] },
    display_name: { type: 'string' }
  }
}
const attributes = { type: 'object', maxProperties: 15 }
const replaceBody = {
  type: 'object',
  required: ['name', 'ids'],
  properties: {
    name: { type: 'string' },
    ids: {
      type: 'array',
      maxItems: 10000,
      items: { type: 'object', required: ['id'], properties: { id: { type: 'string' }, attributes } }
    }
  }
}
const updateBody = {
  type: 'object',
  required: ['name', 'ids'],
  properties: {
    name: { type: 'string' },
    ids: {
      type: 'array',
      maxItems: 10000,
      items: {
        type: 'object',
        required: ['id', 'action'],
        properties: { id: { type: 'string' }, action: { type: 'string', enum: ['add', 'remove'] }, attributes },
        if: { properties: { action: { const: 'remove' } } },
        then: { properties: { attributes: false } }
      }
    }
  }
}
const listQuery = {
  type: 'object',
  properties: { from: { type: 'string' }, limit: { type: 'string', pattern: '^([1-9][0-9]?|100)$', default: '10' } }
}
const removeBody = { type: 'object', required: ['name'], properties: { name: { type: 'string' } } }
const viewQuery = {
  type: 'object',
  required: ['name'],
  properties: { name: { type: 'string' }, indexing_token: { type: 'string' } }
}
const audience = {
  type: 'object',
  properties: {
    name: { type: 'string' },
    display_name: { type: 'string' },
    type: { type: 'string' },
    nb_ids: { type: 'integer' },
    indexing_state: { type: 'string' },
    created: { type: 'string' },
    updated: { type: 'string' }
  }
}

app.addHook('onRequest', async (request, reply) => {
  const [scheme, key] = (request.headers.authorization ?? '').split(/ +/)
  if (scheme.toLowerCase() !== 'bearer' || key !== BATCH_API_KEY || request.headers['x-batch-project'] !== BATCH_PROJECT) {
    return reply.code(401).send({
      error_code: 'AUTHENTICATION_INVALID',
      error_message: 'The Rest API Key is not valid for this project'
    })
  }
})

function tokenFor (name) {
  const token = randomBytes(16).toString('hex')
  tokens.set(token, name)
  return { indexing_token: token }
}

const now = () => new Date().toISOString().replace(/\.\d+Z$/, 'Z')

app.post('/2.10/audiences/create', { schema: { body: createBody, response: { 202: accepted } } }, async (request, reply) => {
  const { name, display_name: displayName } = request.body
  const known = audiences.get(name)
  audiences.set(name, {
    name,
    ...(displayName !== undefined && { display_name: displayName }),
    type: 'CUSTOM_ID',
    nb_ids: 0,
    indexing_state: 'APPLIED',
    created: known?.created ?? now(),
    updated: now()
  })
  return reply.code(202).send(tokenFor(name))
})

async function change (request, reply, ids) {
  const { name } = request.body
  const found = audiences.get(name)
  if (found === undefined) {
    return reply.code(400).send({ error_code: 'UNKNOWN_AUDIENCE', error_message: 'There is no such audience.' })
  }
  const after = ids(members.get(name) ?? new Set())
  members.set(name, after)
  audiences.set(name, { ...found, nb_ids: after.size, updated: now() })
  return reply.code(202).send(tokenFor(name))
}

app.post('/2.10/audiences/update', { bodyLimit: 10485760, schema: { body: updateBody, response: { 202: accepted } } }, (request, reply) =>
  change(request, reply, (before) => {
    const after = new Set(before)
    for (const { id, action } of request.body.ids) action === 'add' ? after.add(id) : after.delete(id)
    return after
  }))

app.post('/2.10/audiences/replace', { bodyLimit: 10485760, schema: { body: replaceBody, response: { 202: accepted } } }, (request, reply) =>
  change(request, reply, () => new Set(request.body.ids.map((item) => item.id))))

app.get('/2.10/audiences/list', { schema: { querystring: listQuery } }, async (request, reply) => {
  const limit = Number(request.query.limit)
  const start = Number(request.query.from ?? '0')
  if (!Number.isInteger(start) || start < 0 || start > audiences.size) {
    return reply.code(400).send({ error_code: 'INVALID_CURSOR', error_message: 'from is not the next_from of an earlier answer' })
  }
  const hasMore = start + limit < audiences.size
  return {
    audiences: [...audiences.values()].slice(start, start + limit),
    ...(request.query.from === undefined && { count: audiences.size }),
    has_more: hasMore,
    ...(hasMore && { next_from: String(start + limit) })
  }
})

app.post('/2.10/audiences/remove', { schema: { body: removeBody, response: { 202: accepted } } }, async (request, reply) => {
  const { name } = request.body
  if (!audiences.delete(name)) {
    return reply.code(400).send({ error_code: 'UNKNOWN_AUDIENCE', error_message: 'There is no such audience' })
  }
  return reply.code(202).send(tokenFor(name))
})

app.get('/2.10/audiences/view', { schema: { querystring: viewQuery, response: { 200: audience, 404: errorSchema } } }, async (request, reply) => {
  const found = audiences.get(request.query.name)
  if (found === undefined) {
    return reply.code(404).send({ error_code: 'NOT_FOUND', error_message: 'There is no such audience' })
  }
  return found
})

app.setNotFoundHandler((request, reply) => {
  reply.code(404).send({ error_code: 'NOT_FOUND', error_message: 'There is no such route' })
})

app.setErrorHandler((error, request, reply) => {
  const status = error.validation ? 400 : (error.statusCode ?? 500)
  reply.code(status).send({
    error_code: status < 500 ? (error.code ?? 'BAD_REQUEST') : 'INTERNAL_ERROR',
    error_message: status < 500 ? error.message : 'Unexpected error'
  })
})

await app.listen({ port: Number(PORT), host: '127.0.0.1' })
