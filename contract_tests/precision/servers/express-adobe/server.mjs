// Adobe's create-audience endpoint with Express. Page: adobe-create-audience.md (the revision that answers name and audienceId).
import { randomUUID } from 'node:crypto'
import express from 'express'

const { PORT, ADOBE_ACCESS_TOKEN, ADOBE_API_KEY, ADOBE_ORG_ID, ADOBE_SANDBOX_NAME } = process.env
const ACCEPT = 'application/vnd.adobe.external.audiences+json; version=2'

const app = express()
app.disable('x-powered-by')
const audiences = new Map()

function fail (res, status, message) {
  res.status(status).json({ error_code: String(status), message })
}

app.use((req, res, next) => {
  if (req.get('authorization') !== `Bearer ${ADOBE_ACCESS_TOKEN}`) return fail(res, 401, 'Oauth token is not valid')
  if (req.get('x-api-key') !== ADOBE_API_KEY) return fail(res, 403, 'Api Key is invalid')
  if (req.get('x-gw-ims-org-id') !== ADOBE_ORG_ID) return fail(res, 403, 'x-gw-ims-org-id is invalid')
  if (req.get('x-sandbox-name') !== ADOBE_SANDBOX_NAME) return fail(res, 403, 'x-sandbox-name is invalid')
  next()
})

app.use(express.json())

app.post('/core/ais/audiences', (req, res) => {
  if (req.query.createAudienceMetaOnly !== 'true') {
    return fail(res, 400, 'The query parameter createAudienceMetaOnly=true is required')
  }
  if (req.get('accept') !== ACCEPT) {
    return fail(res, 406, `Accept must be ${ACCEPT}`)
  }
  const body = req.body
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return fail(res, 400, 'The body must be a JSON object')
  }
  for (const property of ['name', 'description', 'namespace', 'originName']) {
    if (property in body && typeof body[property] !== 'string') {
      return fail(res, 400, `${property} must be a string`)
    }
  }
  if (!body.name) {
    return fail(res, 400, 'name is required')
  }
  const audienceId = randomUUID()
  audiences.set(audienceId, body)
  res.json({ name: body.name, audienceId })
})

app.use((req, res) => fail(res, 404, 'Not found'))
app.use((error, req, res, next) => {
  const status = error.status ?? 500
  fail(res, status, status < 500 ? error.message : 'Unexpected error')
})

app.listen(Number(PORT), '127.0.0.1')
