// CommBox's audiences with Express and multer. Pages: create (commbox-create.md), list and replace (FACTS.md 3.2).
import express from 'express'
import multer from 'multer'
import { parse } from 'csv-parse/sync'
import XLSX from 'xlsx'

const { PORT, COMMBOX_API_KEY } = process.env
const upload = multer({ storage: multer.memoryStorage(), limits: { fileSize: 50 * 1024 * 1024 } })
const audiences = new Map()
let last = 31233

const now = () => new Date().toISOString()
const DESCRIPTIONS = { 400: 'Bad Request', 401: 'Unauthorized', 404: 'Not Found', 500: 'Server Error' }

class Refused extends Error {
  constructor (status) {
    super(DESCRIPTIONS[status])
    this.status = status
  }
}

function rowsOf (content) {
  if (content.subarray(0, 4).toString('latin1') === 'PK\u0003\u0004') {
    const book = XLSX.read(content, { type: 'buffer' })
    return XLSX.utils.sheet_to_json(book.Sheets[book.SheetNames[0]], { header: 1, raw: false })
  }
  const text = new TextDecoder('utf-8', { fatal: true }).decode(content)
  return parse(text, { relax_column_count: true, skip_empty_lines: true })
}

function phonesOf (file) {
  if (!file) throw new Refused(400)
  let rows
  try {
    rows = rowsOf(file.buffer)
  } catch {
    throw new Refused(400)
  }
  const column = (rows[0] ?? []).findIndex((cell) => String(cell).trim() === 'phone1')
  if (column < 0) throw new Refused(400)
  return rows.slice(1).map((row) => row[column]).filter(Boolean)
}

const app = express()
app.disable('x-powered-by')

app.use((req, res, next) => {
  const match = /^Bearer +(\S+)$/i.exec(req.get('authorization') ?? '')
  if (!match || match[1] !== COMMBOX_API_KEY) throw new Refused(401)
  next()
})

app.post('/audiences', upload.single('audience_file'), (req, res) => {
  const name = req.body?.name
  if (typeof name !== 'string' || name === '') throw new Refused(400)
  const phones = phonesOf(req.file)
  last += 1
  const id = String(last)
  audiences.set(id, { id, name, created_time: now(), phones })
  res.status(201).json({ status: 201, description: 'Audience created', response_time: now(), data: { id } })
})

app.get('/audiences', (req, res) => {
  const data = [...audiences.values()].map(({ phones, ...audience }) => ({
    ...audience,
    user_count: phones.length,
    type: 'Static'
  }))
  res.json({ status: '200', description: 'Audiences retrieved', response_time: now(), data })
})

app.put('/Audiences/:id', upload.single('audience_file'), (req, res) => {
  const audience = audiences.get(req.params.id)
  if (!audience) throw new Refused(404)
  audience.phones = phonesOf(req.file)
  res.json({ status: 200, description: 'Operation successful', response_time: now(), data: { id: audience.id } })
})

app.use(() => { throw new Refused(404) })
app.use((error, req, res, next) => {
  let status = 500
  if (error instanceof multer.MulterError || /Multipart|Malformed|Unexpected end of form/.test(error.message)) status = 400
  if (error.status) status = error.status
  res.status(status).json({ status, description: DESCRIPTIONS[status] ?? 'Bad Request', response_time: now() })
})

app.listen(Number(PORT), '127.0.0.1')
