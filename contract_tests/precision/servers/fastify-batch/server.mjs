// Batch's audiences with Fastify and its schemas. Pages: create (batch-create.md), remove, view (FACTS.md 1.3).
import { randomBytes } from 'node:crypto'
import Fastify from 'fastify'

const { PORT, BATCH_API_KEY, BATCH_PROJECT } = process.env

// Types are kept as they are sent: Fastify's default makes strings of numbers.
const app = Fastify({ ajv: { customOptions: { coerceTypes: false, removeAdditional: false } } })
const audiences = new Map()
const tokens = new Map()

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
