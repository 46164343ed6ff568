// Batch's audiences with Express and zod. Pages: create (batch-create.md), update, replace, remove, view, list (FACTS.md 1.3).
import crypto from 'node:crypto'
import express from 'express'
import { z } from 'zod'

const { PORT, BATCH_API_KEY, BATCH_PROJECT } = process.env

const createBody = z.object({
  name: z.string().min(1).max(255).regex(/^[a-zA-Z0-9_-]+$/),
  type: z.enum(['custom_ids', 'emails', 'install_ids']),
  display_name: z.string().optional()
})
const removeBody = z.object({ name: z.string() })
const attributes = z.record(z.string(), z.unknown()).refine((value) => Object.keys(value).length <= 15, 'at most 15 attributes')
const replaceItem = z.object({ id: z.string(), attributes: attributes.optional() })
const updateItem = replaceItem.extend({ action: z.enum(['add', 'remove']) })
  .refine((item) => item.action === 'add' || item.attributes === undefined, 'attributes are only accepted with add')
const replaceBody = z.object({ name: z.string(), ids: z.array(replaceItem).max(10000) })
const updateBody = z.object({ name: z.string(), ids: z.array(updateItem).max(10000) })
const viewQuery = z.object({ name: z.string(), indexing_token: z.string().optional() })
const listQuery = z.object({ from: z.string().optional(), limit: z.coerce.number().int().min(1).max(100).default(10) })

const audiences = new Map()
const tokens = new Map()
const members = new Map()

function fail (res, status, code, message) {
  res.status(status).json({ error_code: code, error_message: message })
}

function authenticate (req, res, next) {
  const [scheme, key] = (req.get('authorization') ?? '').split(' ')
  if (scheme.toLowerCase() !== 'bearer' || key !== BATCH_API_KEY) {
    return fail(res, 401, 'AUTHENTICATION_INVALID', 'The Rest API Key is not valid for this project')
  }
  if (req.get('x-batch-project') !== BATCH_PROJECT) {
    return fail(res, 401, 'AUTHENTICATION_INVALID', 'The Rest API Key is not valid for this project')
  }
  next()
}

const now = () => new Date().toISOString()

function accept (res, name) {
  const token = crypto.randomBytes(16).toString('hex')
  tokens.set(token, name)
  res.status(202).json({ indexing_token: token })
}

const router = express.Router()
router.use(authenticate)
router.use(express.json({ strict: false, limit: '10mb' }))

router.post('/create', (req, res) => {
  const body = createBody.parse(req.body)
  if (audiences.has(body.name)) {
    return fail(res, 400, 'ALREADY_EXISTS', `An audience named ${body.name} exists already`)
  }
  const moment = now()
  audiences.set(body.name, {
    name: body.name,
    display_name: body.display_name ?? body.name,
    type: 'CUSTOM_ID',
    nb_ids: 0,
    indexing_state: 'APPLIED',
    created: moment,
    updated: moment
  })
  accept(res, body.name)
})

function changed (res, name, ids) {
  members.set(name, ids)
  audiences.set(name, { ...audiences.get(name), nb_ids: ids.size, updated: now() })
  accept(res, name)
}

router.post('/update', (req, res) => {
  const body = updateBody.parse(req.body)
  if (!audiences.has(body.name)) return fail(res, 400, 'UNKNOWN_AUDIENCE', 'There is no such audience')
  const ids = new Set(members.get(body.name))
  for (const { id, action } of body.ids) action === 'add' ? ids.add(id) : ids.delete(id)
  changed(res, body.name, ids)
})

router.post('/replace', (req, res) => {
  const body = replaceBody.parse(req.body)
  if (!audiences.has(body.name)) return fail(res, 400, 'UNKNOWN_AUDIENCE', 'There is no such audience')
  changed(res, body.name, new Set(body.ids.map((item) => item.id)))
})

router.post('/remove', (req, res) => {
  const body = removeBody.parse(req.body)
  if (!audiences.delete(body.name)) {
    return fail(res, 400, 'UNKNOWN_AUDIENCE', `There is no audience named ${body.name}`)
  }
  accept(res, body.name)
})

router.get('/view', (req, res) => {
  const query = viewQuery.parse(req.query)
  const audience = audiences.get(query.name)
  if (!audience) {
    return fail(res, 404, 'NOT_FOUND', `There is no audience named ${query.name}`)
  }
  res.json(audience)
})

router.get('/list', (req, res) => {
  const query = listQuery.parse(req.query)
  const all = [...audiences.values()]
  let start = 0
  if (query.from !== undefined) {
    start = all.findIndex((audience) => Buffer.from(audience.name).toString('base64url') === query.from)
    if (start < 0) return fail(res, 400, 'INVALID_CURSOR', 'from is not the next_from of an earlier answer')
  }
  const page = all.slice(start, start + query.limit)
  const next = all[start + query.limit]
  res.json({
    audiences: page,
    ...(query.from === undefined && { count: all.length }),
    has_more: next !== undefined,
    ...(next && { next_from: Buffer.from(next.name).toString('base64url') })
  })
})

const app = express()
app.disable('x-powered-by')
app.use('/2.10/audiences', router)
app.use((req, res) => fail(res, 404, 'NOT_FOUND', 'There is no such route'))
app.use((error, req, res, next) => {
  if (error instanceof z.ZodError) {
    const issue = error.issues[0]
    return fail(res, 400, 'INVALID_REQUEST', `${issue.path.join('.')}: ${issue.message}`)
  }
  if (error.status >= 400 && error.status < 500) {
    return fail(res, error.status, 'BAD_REQUEST', error.message)
  }
  fail(res, 500, 'INTERNAL_ERROR', 'Unexpected error')
})

app.listen(Number(PORT), '127.0.0.1')
